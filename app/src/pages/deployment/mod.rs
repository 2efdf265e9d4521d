//! A deployment's page: is it good, what is left, whose turn is it, until when, how to go back.

mod baseline_value;
mod baselines;
mod charts;
mod header;
mod hook_delivery;
mod lessons;
mod manual_baselines;
mod rollback_panel;
mod verdict_banner;
mod watch_strip;

use domain::ids::DeploymentId;
use engine::{Error, deployments::DeploymentPage};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    auth::Visitor,
    components::run::{run_items, sign_off_panel, timeline},
    page,
};

/// The page.
#[component]
pub fn DeploymentRoute() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    let id = use_params_map().get_untracked().get("id").unwrap_or_default();
    page::load(
        async move {
            let person = visitor.person()?;
            let known: DeploymentId =
                id.parse().map_err(|_| Error::not_found("deployment", &id))?;
            engine.deployments().page(&person, known).await
        },
        |found| {
            let one = &found.deployment;
            let title = format!("{} {} on {}", found.service_name, one.version, one.environment);
            (title, show(&found))
        },
    )
}

fn show(page: &DeploymentPage) -> AnyView {
    let id = page.deployment.id;
    view! {
        {header::header(page)}
        {verdict_banner::verdict_banner(page)}
        <div class="split" data-events=format!("/events?deployment={id}")>
            <div class="stack">
                {watch_strip::watch_strip(page)}
                {run_items(&page.run)}
                {charts::charts(page)}
                {baselines::baselines(page)}
                {lessons::lessons(page)}
            </div>
            <div class="stack">
                {rollback_panel::rollback_panel(page)}
                {sign_off_panel(&page.run)}
                {timeline(&page.run.timeline)}
            </div>
        </div>
    }
    .into_any()
}
