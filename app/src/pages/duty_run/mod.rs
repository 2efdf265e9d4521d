//! A run of a duty: its boxes, who signs, what happened, and the runs before it.

mod sidebar;

use domain::{duty::DutyState, humanize, verdict::Verdict};
use engine::{Error, duties::DutyRunPage};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::duties::drawn;
use crate::{
    auth::Visitor,
    components::{
        badge::Badge,
        breadcrumbs::Breadcrumbs,
        run::{run_items, sign_off_panel, timeline},
        time::At,
    },
    markdown, page,
};

/// The page.
#[component]
pub fn DutyRunRoute() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    let id = use_params_map().get_untracked().get("id").unwrap_or_default();
    page::load(
        async move {
            let id = id.parse().map_err(|_| Error::not_found("run of a duty", &id))?;
            engine.duties().run_page(&visitor.person()?, id).await
        },
        |found| (format!("{} of {}", found.run.title, found.service_name), whole(&found)),
    )
}

fn whole(page: &DutyRunPage) -> AnyView {
    let run = &page.run;
    let links = vec![("Duties".to_owned(), "/duties".to_owned())];
    let about = markdown::render(&run.description);
    let place = format!("{} on {}", page.service_name, page.duty.environment);
    view! {
        <Breadcrumbs links/>
        <div class="page-head" data-live="run-head">
            <div>
                <h1>{run.title.clone()}</h1>
                <p class="page-sub">{place}" · opened "<At at=run.opened_at now=page.now/></p>
            </div>
        </div>
        <div class="stack" data-events=format!("/events?run={}", run.id)>
            {banner(page)}
            <div class="split">
                <div class="stack">
                    <div class="prose" inner_html=about></div>
                    {run_items(&page.page)}
                </div>
                <div class="stack">
                    {sign_off_panel(&page.page)}
                    {timeline(&page.page.timeline)}
                    {sidebar::runs(page)}
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// How the run stands, in a sentence.
fn banner(page: &DutyRunPage) -> AnyView {
    let run = &page.run;
    let (state, label, sentence) = match run.closed_at {
        Some(at) => ("passed", "Done", format!("Signed off on {}.", humanize::exact(at))),
        None if page.duty.retired_at.is_some() => (
            "not_required",
            "Switched off",
            "This duty is switched off; its run waits for nobody.".to_owned(),
        ),
        None if page.page.gate.verdict == Verdict::Passed => (
            drawn(page.state),
            page.state.label(),
            "Every required box is closed: it can be signed off.".to_owned(),
        ),
        None if page.page.gate.verdict == Verdict::Failed && page.state != DutyState::Overdue => {
            ("failed", "Failed", page.page.gate.reason.clone())
        }
        None => (drawn(page.state), page.state.label(), page.page.gate.reason.clone()),
    };
    let due = run.closed_at.is_none().then(|| {
        let late = page.state == DutyState::Overdue && run.due_at < page.now;
        let word = if late { "Was due " } else { "Due " };
        view! { <p class="small">{word}<At at=run.due_at now=page.now/></p> }
    });
    view! {
        <section class="card" aria-label="How it stands" data-live="run-banner">
            <div class="card-body stack tight">
                <p><Badge state label/>" "{sentence}</p>
                {due}
            </div>
        </section>
    }
    .into_any()
}
