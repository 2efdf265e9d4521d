//! What is measured, and what it said last.

use domain::measurement::{Measurement, Phase};
use engine::{run::CheckNow, services::ServicePage, text};
use leptos::prelude::*;

use super::check_form::{check_form, new_checks};
use crate::{
    actions::{RetireCheck, TestCheck},
    components::{
        badge::Badge,
        empty::Empty,
        phase::{phase_label, phase_state},
        pictures::pictures,
        proof::proof,
        retire::retire,
        time::Ago,
    },
    form::action,
};

/// The card: the checks by environment.
pub fn checks(page: &ServicePage) -> AnyView {
    let parts = page.places.iter().filter_map(|(place, _, _)| {
        let rows = page
            .checks
            .iter()
            .filter(|(now, _)| now.check.environment == place.environment)
            .map(|(now, seen)| row(page, now, seen.as_ref()))
            .collect::<Vec<_>>();
        (!rows.is_empty()).then(|| {
            view! {
                <section class="stack tight">
                    <h3>{place.environment.clone()}</h3>
                    <ul class="evidence">{rows}</ul>
                </section>
            }
        })
    });
    let parts = parts.collect_view();
    let nothing = page.checks.is_empty().then(|| {
        let text = "Nothing is measured yet. The built-in checks begin when an environment has a base URL; until then its boxes stay undecided.";
        view! { <Empty text/> }
    });
    view! {
        <section class="card" aria-labelledby="checks-h" id="checks" tabindex="-1">
            <header class="card-head"><h2 id="checks-h">"Checks"</h2><p class="card-note">{note(page)}</p></header>
            <div class="card-body stack" data-live="checks">{parts}{nothing}</div>
            {page.may_configure.then(|| new_checks(page))}
        </section>
    }
    .into_any()
}

fn note(page: &ServicePage) -> String {
    let bad = page
        .checks
        .iter()
        .filter(|(now, _)| now.newest.as_ref().is_some_and(|seen| seen.phase != Phase::Successful))
        .count();
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

fn row(page: &ServicePage, now: &CheckNow, seen: Option<&Measurement>) -> AnyView {
    let check = &now.check;
    let (head, sentence) = match &now.newest {
        None => (
            view! { <Badge state="open" label="No result"/> }.into_any(),
            "It runs while a deployment there is watched.".to_owned(),
        ),
        Some(newest) => {
            let (state, label) = (phase_state(newest.phase), phase_label(newest.phase));
            (view! { <Badge state label/> }.into_any(), newest.sentence.clone())
        }
    };
    let short =
        now.newest.as_ref().map(|newest| newest.short.clone()).filter(|short| !short.is_empty());
    let when = now.newest.as_ref().map(|newest| view! { <Ago at=newest.at now=page.now/> });
    let item = check.item.clone().map(|item| format!("box {item}"));
    let tags = [
        item,
        check.critical.then(|| "critical".to_owned()),
        check.dry_run.then(|| "dry run: does not count".to_owned()),
        check.built_in.is_some().then(|| "built in".to_owned()),
        Some(format!("every {}", text::duration(check.interval_s))),
    ];
    let tags: Vec<_> = tags.into_iter().flatten().collect();
    let change = (page.may_configure && check.built_in.is_none())
        .then(|| check_form(page, check.spec.kind(), Some(check)));
    let retire = (page.may_configure && check.built_in.is_none()).then(|| {
        let hint = "It runs and counts no more. What it measured is kept.";
        retire::<RetireCheck>("check", &page.service.slug, &check.key, hint)
    });
    let test = page.may_configure.then(|| test_now(page, &check.key));
    view! {
        <li data-row="" tabindex="-1" id=format!("check-{}", check.key)>
            <div class="evidence-head">
                {head}<b><a href=format!("/services/{}/checks/{}", page.service.slug, check.key)>{check.label.clone()}</a></b>
                <span class="tag">{check.spec.kind()}</span>
                {short.map(|short| view! { <span class="number">{short}</span> })}
                {when}
            </div>
            <p>{sentence}</p>
            {seen.and_then(|seen| pictures(check.id, &check.label, seen))}
            <p class="small">{tags.join(" · ")}</p>
            <div class="item-foot">
                {seen.map(|seen| proof(&check.key, seen, page.now))}
                {test}
                {change}
                {retire}
            </div>
        </li>
    }
    .into_any()
}

fn test_now(page: &ServicePage, key: &str) -> AnyView {
    view! {
        <form method="post" action={action::<TestCheck>()} data-enhance="">
            <input type="hidden" name="service" value=page.service.slug.clone()/>
            <input type="hidden" name="key" value=key.to_owned()/>
            <button class="button" data-busy="Testing…" aria-label=format!("Test {key} now")>"Test now"</button>
        </form>
    }
    .into_any()
}
