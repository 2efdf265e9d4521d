//! A deployment's page.

use domain::ids::DeploymentId;
use engine::Refusal;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{auth::Visitor, page};

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
                id.parse().map_err(|_| Refusal::not_found("deployment", &id))?;
            engine.deployment_page(&person, known).await
        },
        |found| {
            let one = &found.deployment;
            let title = format!("{} {} on {}", found.service_name, one.version, one.environment);
            (title.clone(), view! { <h1>{title}</h1> }.into_any())
        },
    )
}
