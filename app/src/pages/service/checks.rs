//! What is measured, and what it said last. What was sent and what came back is on each check's
//! own page.

use domain::{humanize, measurement::Phase};
use engine::{runs::CheckNow, services::ServiceChecks};
use leptos::prelude::*;

use super::{
    Room,
    check_form::{check_form, new_checks},
    room::head,
};
use crate::{
    actions::RetireCheck,
    components::{
        badge::Badge,
        empty::Empty,
        phase::{phase_label, phase_state},
        retire::retire,
        test_check::test_check,
        time::Ago,
    },
};

/// The room: the checks by environment, those that need a look first. `adding` is the kind of check
/// that the reader is about to add.
pub fn checks(page: &ServiceChecks, adding: &str) -> AnyView {
    let parts = page.environments.iter().filter_map(|one| {
        let mut here: Vec<_> =
            page.checks.iter().filter(|now| now.check.environment == one.environment).collect();
        here.sort_by_key(|now| !needs_a_look(now));
        let rows = here.into_iter().map(|now| row(page, now)).collect::<Vec<_>>();
        (!rows.is_empty()).then(|| {
            view! {
                <section class="stack tight">
                    <h3>{one.environment.clone()}</h3>
                    <ul class="evidence">{rows}</ul>
                </section>
            }
        })
    });
    let parts = parts.collect_view();
    let nothing = page.checks.is_empty().then(|| nothing(page));
    view! {
        {head(&page.head, Room::Checks)}
        <section class="card" aria-labelledby="checks-h" id="checks" tabindex="-1">
            <header class="card-head" data-live="checks-head">
                <h2 id="checks-h">"Checks"</h2><p class="card-note">{note(page)}</p>
            </header>
            <div class="card-body stack" data-live="checks">{parts}{nothing}</div>
            {page.head.may_configure().then(|| new_checks(page, adding))}
        </section>
    }
    .into_any()
}

/// Why nothing is measured, by what is missing.
fn nothing(page: &ServiceChecks) -> AnyView {
    let settings = Room::Settings.href(&page.head.service.slug);
    if page.environments.is_empty() {
        return view! {
            <Empty text="Nothing is measured yet: the service runs nowhere.">
                <a href=format!("{settings}#new-environment")>"Where it runs is said in its settings"</a>
            </Empty>
        }
        .into_any();
    }
    if page.environments.iter().all(|one| one.base_url.is_none()) {
        return view! {
            <Empty text="Nothing is measured yet. The built-in checks need a base URL; until then the boxes that rest on them stay undecided.">
                <a href=settings>"Base URLs are said in its settings"</a>
            </Empty>
        }
        .into_any();
    }
    let text = "Nothing is measured yet. The built-in checks begin when a deployment is announced.";
    view! { <Empty text/> }.into_any()
}

fn needs_a_look(now: &CheckNow) -> bool {
    now.newest.as_ref().is_some_and(|seen| seen.phase != Phase::Successful)
}

fn note(page: &ServiceChecks) -> String {
    let bad = page.checks.iter().filter(|now| needs_a_look(now)).count();
    let count = match page.checks.len() {
        1 => "1 check".to_owned(),
        n => format!("{n} checks"),
    };
    match bad {
        0 => count,
        1 => format!("{count} · 1 needs a look"),
        n => format!("{count} · {n} need a look"),
    }
}

fn row(page: &ServiceChecks, now: &CheckNow) -> AnyView {
    let check = &now.check;
    let slug = &page.head.service.slug;
    let (state, label, sentence) = match &now.newest {
        None => ("open", "No result", "It runs while a deployment there is watched.".to_owned()),
        Some(newest) => {
            (phase_state(newest.phase), phase_label(newest.phase), newest.sentence.clone())
        }
    };
    let short =
        now.newest.as_ref().map(|newest| newest.short.clone()).filter(|short| !short.is_empty());
    let when = now.newest.as_ref().map(|newest| view! { <Ago at=newest.at now=page.head.now/> });
    let item = check.item.clone().map(|item| format!("box {item}"));
    let tags = [
        item,
        check.critical.then(|| "critical".to_owned()),
        check.dry_run.then(|| "dry run: does not count".to_owned()),
        check.built_in.is_some().then(|| "built in".to_owned()),
        Some(format!("every {}", humanize::duration(check.interval_s))),
    ];
    let tags: Vec<_> = tags.into_iter().flatten().collect();
    let at = format!("{}/{}", Room::Checks.href(slug), check.key);
    let own = page.head.may_configure() && check.built_in.is_none();
    let change = own.then(|| check_form(page, check.spec.kind(), Some(check)));
    let retire = own.then(|| {
        let hint = "It runs and counts no more. What it measured is kept.";
        retire::<RetireCheck>("check", slug, &check.key, hint)
    });
    let test = page.head.may_configure().then(|| test_check(slug, &check.key));
    view! {
        <li data-row="" tabindex="-1" id=format!("check-{}", check.key)>
            <div class="evidence-head">
                <Badge state label/><b><a href=at>{check.label.clone()}</a></b>
                <span class="tag">{check.spec.kind()}</span>
                {short.map(|short| view! { <span class="number">{short}</span> })}
                {when}
            </div>
            <p>{sentence}</p>
            <div class="item-foot">
                <p class="small">{tags.join(" · ")}</p>
                {test}
                {change}
                {retire}
            </div>
        </li>
    }
    .into_any()
}
