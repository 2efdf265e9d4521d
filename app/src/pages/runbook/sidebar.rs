//! Beside the boxes: what the runbook is for, its versions, its runs.

use chrono::{DateTime, Utc};
use domain::{
    deployment::Deployment,
    humanize,
    runbook::{Runbook, RunbookVersion},
};
use leptos::prelude::*;

use super::scope_text::{applies_to, signers};
use crate::components::{
    badge::{Badge, DeploymentBadge},
    empty::Empty,
    time::Ago,
};

/// What it is for, how long it is worked, who signs.
pub fn facts(runbook: &Runbook) -> AnyView {
    let watch =
        i64::try_from(runbook.watch_s).map_or_else(|_| "without end".into(), humanize::duration);
    view! {
        <section class="card" aria-labelledby="for-h" id="for">
            <header class="card-head"><h2 id="for-h">"What it is for"</h2></header>
            <div class="card-body">
                <dl class="facts">
                    <div><dt>"Deployments"</dt><dd>{applies_to(runbook)}</dd></div>
                    <div><dt>"Watch"</dt><dd>{watch}</dd></div>
                    <div><dt>"Signed by"</dt><dd>{signers(runbook)}</dd></div>
                </dl>
            </div>
        </section>
    }
    .into_any()
}

/// All versions, newest first.
pub fn versions(
    versions: &[RunbookVersion],
    shown: i64,
    slug: &str,
    now: DateTime<Utc>,
) -> AnyView {
    let newest = versions.first().map(|version| version.number);
    let rows = versions
        .iter()
        .map(|version| {
            let number = version.number;
            let name = format!("v{number}");
            let name = if number == shown {
                view! { <span>{name}</span> }.into_any()
            } else {
                view! { <a href=format!("/runbooks/{slug}?version={number}")>{name}</a> }.into_any()
            };
            let badge = if Some(number) == newest {
                view! { <Badge state="published" label="Published"/> }.into_any()
            } else {
                view! { <Badge state="superseded" label="Superseded"/> }.into_any()
            };
            view! {
                <li>
                    <div><b>{name}</b><p><Ago at=version.published_at now/>{format!(" by {}", version.published_by)}</p></div>
                    {badge}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="versions-h" id="versions" data-live="versions">
            <header class="card-head"><h2 id="versions-h">"Versions"</h2></header>
            <ul class="rows">{rows}</ul>
        </section>
    }
    .into_any()
}

/// The newest runs copied from it.
pub fn runs(used_by: &[Deployment], now: DateTime<Utc>) -> AnyView {
    let rows = used_by
        .iter()
        .map(|one| {
            view! {
                <li>
                    <div>
                        <b><a href=format!("/deployments/{}", one.id)>{format!("{} {}", one.service, one.version)}</a></b>
                        <p>{format!("{}, v{}, ", one.environment, one.runbook_number)}<Ago at=one.deployed_at now/></p>
                    </div>
                    <DeploymentBadge deployment=one/>
                </li>
            }
        })
        .collect_view();
    let none = used_by.is_empty().then(|| view! { <Empty text="No run was copied from it yet."/> });
    view! {
        <section class="card" aria-labelledby="runs-h" id="runs" data-live="runs">
            <header class="card-head"><h2 id="runs-h">"Newest runs"</h2></header>
            <ul class="rows">{rows}</ul>
            {none}
        </section>
    }
    .into_any()
}
