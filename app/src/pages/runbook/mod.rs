//! A runbook: its boxes, its versions, what changed between two of them, its runs.

mod boxes;
mod changes;
pub mod scope_text;
mod sidebar;

use domain::runbook::RunbookVersion;
use engine::{Error, runbooks::RunbookPage};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    auth::Visitor,
    components::{breadcrumbs::Breadcrumbs, copyable::Copyable, time::At},
    markdown, page,
    pages::runbooks::how_to_change,
    query::Query,
};

/// A runbook and which of its versions are looked at.
struct Found {
    page: RunbookPage,
    shown: RunbookVersion,
    /// The older and the newer version to compare, where there are two.
    compared: Option<(RunbookVersion, RunbookVersion)>,
    now: chrono::DateTime<chrono::Utc>,
}

/// The page.
#[component]
pub fn RunbookRoute() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page::load(
        async move {
            let page = engine.runbooks().page(&visitor.actor()?, &slug).await?;
            choose(page, &Query::of(&visitor), engine.now())
        },
        |found| {
            let title = format!("{} v{}", found.shown.content.title, found.shown.number);
            (title, whole(&found))
        },
    )
}

fn choose(
    page: RunbookPage,
    query: &Query,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Found, Error> {
    let version = |name: &str, usual: Option<&RunbookVersion>| {
        let asked = query.text(name);
        if asked.is_empty() {
            return Ok(usual.cloned());
        }
        let number: Option<i64> = asked.trim_start_matches('v').parse().ok();
        let found = page.versions.iter().find(|known| Some(known.number) == number);
        found.cloned().map(Some).ok_or_else(|| Error::not_found("version", &asked))
    };
    let Some(shown) = version("version", page.versions.first())? else {
        return Err(Error::not_found("version", "1"));
    };
    let before = page.versions.iter().find(|known| known.number < shown.number);
    let compared = version("from", before)?.zip(version("to", Some(&shown))?);
    Ok(Found { shown, compared, page, now })
}

fn whole(found: &Found) -> AnyView {
    let shown = &found.shown;
    let content = &shown.content;
    let newest = found.page.versions.first().is_some_and(|newest| newest.number == shown.number);
    let older = (!newest).then(|| {
        let href = format!("/runbooks/{}", content.slug);
        view! { " · an older version: "<a href=href>"see the newest"</a> }
    });
    let links = vec![("Runbooks".to_owned(), "/runbooks".to_owned())];
    let about = markdown::render(&content.description);
    let about =
        (!about.trim().is_empty()).then(|| view! { <div class="prose" inner_html=about></div> });
    view! {
        <div>
            <Breadcrumbs links/>
            <div class="page-head">
                <div>
                    <h1>{content.title.clone()}" "<span>{format!("v{}", shown.number)}</span></h1>
                    <p class="page-sub">
                        <code>{content.slug.clone()}</code>" · published "<At at=shown.published_at now=found.now/>
                        {format!(" by {}", shown.published_by)}{older}
                    </p>
                </div>
            </div>
        </div>
        {about}
        <div class="split">
            <div class="stack">
                {boxes::boxes(content)}
                {changes::changes(&found.page.versions, found.compared.as_ref(), &content.slug)}
                {source(shown)}
            </div>
            <div class="stack">
                {sidebar::facts(content)}
                {sidebar::versions(&found.page.versions, shown.number, &content.slug, found.now)}
                {sidebar::runs(&found.page.used_by, found.now)}
                {how_to_change()}
            </div>
        </div>
    }
    .into_any()
}

fn source(shown: &RunbookVersion) -> AnyView {
    let label = format!("YAML of v{}", shown.number);
    view! {
        <section class="card" aria-labelledby="yaml-h" id="yaml">
            <header class="card-head"><h2 id="yaml-h">{label.clone()}</h2></header>
            <div class="card-body">
                <details class="disclosure" id="yaml-text">
                    <summary>"Show the file"</summary>
                    <Copyable text=shown.source.clone() label/>
                </details>
            </div>
        </section>
    }
    .into_any()
}
