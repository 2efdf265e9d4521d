//! The verdict in a sentence, whose turn it is, and how long the watch still lasts.

use domain::{
    humanize,
    rollback::{HookState, Rollback, Unrestored},
    verdict::Verdict,
    watch::WatchState,
};
use engine::deployments::DeploymentPage;
use leptos::prelude::*;

use crate::components::badge::{Badge, of_deployment};
use crate::components::run::is_turn;

/// The banner.
pub fn verdict_banner(page: &DeploymentPage) -> AnyView {
    let one = &page.deployment;
    let (state, label) = of_deployment(one);
    let (mut first, mut rest) = first_sentence(&page.run.gate.reason);
    let unrestored = page.rollback.unrestored.as_ref();
    // A rollback that did not happen is the worst there is: users have what was taken off.
    let (state, label) = match unrestored.filter(|one| one.is_failed()) {
        Some(Unrestored { rollback: Rollback { hook_state: HookState::Unknown, .. }, .. }) => {
            ("failed", "Rollback unknown".to_owned())
        }
        Some(_) => ("failed", "Rollback failed".to_owned()),
        None => (state, label),
    };
    if let Some(one) = unrestored {
        if one.is_failed() {
            (first, rest) = first_sentence(&one.sentence());
        } else {
            rest = one.sentence();
        }
    }
    if let (WatchState::SignedOff, Some(revoked)) = (one.state, &one.revoked) {
        let at = humanize::exact(revoked.at);
        let because = humanize::ended(&revoked.because);
        let again = if one.sign_off_required.is_empty() { "It has closed" } else { "It was given" };
        rest.push_str(&format!(
            " Its sign-off was revoked on {at}, because {because} {again} again."
        ));
    }
    let failed = one.state == WatchState::Watching && page.run.gate.verdict == Verdict::Failed;
    let actions = (failed && page.rollback.allowed).then(|| {
        let to = page.rollback.target.as_ref().map_or("Roll back…".to_owned(), |target| {
            format!("Roll back to {}…", target.version)
        });
        view! { <div class="banner-actions"><a class="button danger solid" href="#rollback-reason">{to}</a></div> }
    });
    view! {
        <section class="banner" data-state=state aria-label="Verdict" data-live="banner">
            <Badge state label/>
            <p><strong>{first}</strong>" "{rest}" "{turn(page)}</p>
            {time_left(page)}
            {actions}
        </section>
    }
    .into_any()
}

/// What waits on the reader.
fn turn(page: &DeploymentPage) -> Option<AnyView> {
    if page.deployment.state != WatchState::Watching {
        return None;
    }
    if let Ok(offer) = &page.run.sign_off.allowed {
        let text = format!("Sign off as {}", offer.role);
        return Some(view! { "Waiting on you: "<a href="#sign-off">{text}</a>"." }.into_any());
    }
    let mine: Vec<_> = page.run.items.iter().filter(|now| is_turn(now)).collect();
    let first = mine.first()?;
    let more = match mine.len() {
        1 => ".".to_owned(),
        n => format!(" and {} more.", n - 1),
    };
    let href = format!("#{}", first.item.key);
    Some(view! { "Waiting on you: "<a href=href>{first.item.title.clone()}</a>{more} }.into_any())
}

fn time_left(page: &DeploymentPage) -> AnyView {
    let window = humanize::duration(page.progress.window_s);
    let (big, small) = match (page.deployment.closed_at, page.progress.is_over()) {
        (Some(closed), _) => {
            let watched = (closed - page.deployment.deployed_at).num_seconds();
            (humanize::duration(watched), format!("watched of {window}"))
        }
        (None, true) => ("over".to_owned(), format!("{window} are watched")),
        (None, false) => (humanize::duration(page.progress.left_s()), format!("left of {window}")),
    };
    view! { <p class="banner-time"><b>{big}</b><span>{small}</span></p> }.into_any()
}

/// The first sentence and what follows.
fn first_sentence(text: &str) -> (String, String) {
    match text.split_once(". ") {
        Some((first, rest)) => (format!("{first}."), rest.to_owned()),
        None => (text.to_owned(), String::new()),
    }
}
