//! A service: where it runs, its deployments, its checks, how it is put back, its settings.

mod announce;
mod baselines;
mod check_form;
mod check_form_kinds;
mod checks;
mod heartbeat_form;
mod heartbeats;
mod indicator_form;
mod indicators;
mod places;
mod rehearsals;
mod rollback;
mod settings;

use engine::services::ServicePage;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    auth::Visitor,
    components::{breadcrumbs::Breadcrumbs, deployments_table::deployments_table, empty::Empty},
    page,
    query::href,
};

/// The page.
#[component]
pub fn ServiceRoute() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page::load(async move { engine.service_page(&visitor.person()?, &slug).await }, |found| {
        (found.service.name.clone(), whole(&found))
    })
}

fn whole(page: &ServicePage) -> AnyView {
    let service = &page.service;
    let tier = Some(service.tier.trim())
        .filter(|tier| !tier.is_empty())
        .map(|tier| format!("Tier {tier}"));
    let said = [tier, Some(service.owners.clone()), Some(service.description.clone())];
    let sub: Vec<_> = said.into_iter().flatten().filter(|text| !text.trim().is_empty()).collect();
    let links = vec![("Services".to_owned(), "/services".to_owned())];
    let short =
        (service.slug != service.name).then(|| view! { " "<span>{service.slug.clone()}</span> });
    let announce = page
        .may_announce
        .then(|| view! { <div class="row"><a class="button" href="#announcement">"Announce a deployment"</a></div> });
    view! {
        <div>
            <Breadcrumbs links/>
            <div class="page-head">
                <div>
                    <h1>{service.name.clone()}{short}</h1>
                    <p class="page-sub">{sub.join(" · ")}</p>
                </div>
                {announce}
            </div>
        </div>
        {tabs(page)}
        <div class="split">
            <div class="stack">
                {places::places(page)}
                {deployments(page)}
                {baselines::baselines(page)}
                {indicators::indicators(page)}
                {checks::checks(page)}
                {heartbeats::heartbeats(page)}
            </div>
            <div class="stack">
                {rollback::rollback(page)}
                {rehearsals::rehearsals(page)}
                {page.may_announce.then(|| announce::announce(page))}
            </div>
        </div>
        {page.may_configure.then(|| settings::settings(page))}
    }
    .into_any()
}

fn tabs(page: &ServicePage) -> AnyView {
    let mut parts = vec![
        ("Where it runs", "#places"),
        ("Deployments", "#deployments"),
        ("Indicators", "#indicators"),
        ("Checks", "#checks"),
        ("Heartbeats", "#heartbeats"),
        ("Rollback", "#rollback"),
    ];
    if page.may_configure {
        parts.push(("Settings", "#settings"));
    }
    let links = parts.into_iter().map(|(text, to)| view! { <a href=to>{text}</a> }).collect_view();
    let label = format!("Parts of {}", page.service.name);
    view! { <nav class="tabs" aria-label=label>{links}</nav> }.into_any()
}

fn deployments(page: &ServicePage) -> AnyView {
    let slug = &page.service.slug;
    let all = href("/history", &[("service", slug)]);
    let content = if page.deployments.is_empty() {
        let text =
            "Nothing was announced yet. A pipeline announces with a token, or you do on this page.";
        view! { <Empty text/> }.into_any()
    } else {
        deployments_table(
            &page.deployments,
            &format!("Deployments of {}", page.service.name),
            page.now,
        )
    };
    view! {
        <section class="card" aria-labelledby="deployments-h" id="deployments" data-live="deployments">
            <header class="card-head">
                <h2 id="deployments-h">"Deployments"</h2>
                <p class="card-note">"newest first · "<a href=all>"all in the history"</a></p>
            </header>
            {content}
        </section>
    }
    .into_any()
}
