//! The published runbooks.

use domain::runbook::RunbookVersion;
use leptos::prelude::*;

use super::runbook::scope_text::{applies_to, signers};
use crate::{
    auth::Visitor,
    components::{copyable::Copyable, empty::Empty, time::Ago},
    page,
};

/// The page.
#[component]
pub fn RunbooksRoute() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    page::load(
        async move {
            let found = engine.runbooks().list(&visitor.actor()?).await?;
            Ok((found, engine.now()))
        },
        |(found, now)| ("Runbooks".to_owned(), whole(&found, now)),
    )
}

fn whole(found: &[RunbookVersion], now: chrono::DateTime<chrono::Utc>) -> AnyView {
    let rows = found.iter().map(|version| row(version, now)).collect_view();
    let content = if found.is_empty() {
        view! {
            <Empty text="No runbook is published, so nothing can be announced. Publish one from a file:">
                <Copyable text="daytwo runbook apply FILE" label="Command"/>
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="group" aria-label="All runbooks: table">
                <table class="table">
                    <caption class="sr-only">"Runbooks"</caption>
                    <thead><tr>
                        <th scope="col">"Runbook"</th>
                        <th scope="col" class="col-wide">"For"</th>
                        <th scope="col" class="number">"Boxes"</th>
                        <th scope="col" class="col-wide">"Signed by"</th>
                        <th scope="col">"Version"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <div class="page-head">
            <div><h1>"Runbooks"</h1><p class="page-sub">{format!("{} published", found.len())}</p></div>
        </div>
        <section class="card" aria-label="All runbooks" id="list" data-live="runbooks">{content}</section>
        {how_to_change()}
    }
    .into_any()
}

/// How a runbook is changed: by its file.
pub fn how_to_change() -> AnyView {
    view! {
        <section class="card" aria-labelledby="change-h" id="change">
            <header class="card-head"><h2 id="change-h">"Changing a runbook"</h2></header>
            <div class="card-body stack">
                <p class="muted">"Edit its YAML, check the file, then publish it as a new version. Runs that began before keep the version they copied."</p>
                <Copyable text="daytwo runbook check FILE" label="Command that checks a file"/>
                <Copyable text="daytwo runbook apply FILE" label="Command that publishes a file"/>
            </div>
        </section>
    }
    .into_any()
}

fn row(version: &RunbookVersion, now: chrono::DateTime<chrono::Utc>) -> AnyView {
    let content = &version.content;
    let required = content.items.iter().filter(|item| item.required).count();
    view! {
        <tr data-row="" tabindex="-1">
            <th scope="row">
                <a href=format!("/runbooks/{}", content.slug)>{content.title.clone()}</a>
                <small><code>{content.slug.clone()}</code></small>
            </th>
            <td class="col-wide">{applies_to(content)}</td>
            <td class="number">{content.items.len()}<small>{format!("{required} required")}</small></td>
            <td class="col-wide">{signers(content)}</td>
            <td>{format!("v{}", version.number)}<small><Ago at=version.published_at now/>{format!(" by {}", version.published_by)}</small></td>
        </tr>
    }
    .into_any()
}
