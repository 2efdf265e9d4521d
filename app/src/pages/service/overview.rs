//! The first room: what runs where, the deployments, the baselines, a line on each other room.

use engine::services::ServiceOverview;
use leptos::prelude::*;

use super::{Room, baselines::baselines, environments::environments, glance::glance, room::head};
use crate::{
    components::{
        announce_form::{Choice, announce_form, opener},
        deployments_table::deployments_table,
        empty::Empty,
    },
    query::href,
};

/// The room.
pub fn overview(page: &ServiceOverview) -> AnyView {
    // There is nothing to announce to before there is an environment.
    let offered = page.head.may_announce && !page.environments.is_empty();
    view! {
        {head(&page.head, Room::Overview, offered.then(opener))}
        {offered.then(|| announce(page))}
        <div class="split">
            <div class="stack">
                {environments(page)}
                {deployments(page)}
                {baselines(page)}
            </div>
            <div class="stack">{glance(page)}</div>
        </div>
    }
    .into_any()
}

fn announce(page: &ServiceOverview) -> AnyView {
    let service = &page.head.service;
    let choices = page.environments.iter().rev().map(|one| {
        let slug = &one.environment.environment;
        Choice::new((&service.slug, &service.name), (slug, slug))
    });
    announce_form(choices.collect(), &page.runbooks)
}

fn deployments(page: &ServiceOverview) -> AnyView {
    let service = &page.head.service;
    let all = href("/history", &[("service", &service.slug)]);
    let content = if page.deployments.is_empty() {
        let text = if page.head.may_announce {
            "Nothing was announced yet. A pipeline announces with a token, or you do on this page."
        } else {
            "Nothing was announced yet. A pipeline announces with a token, or an operator does on this page."
        };
        view! { <Empty text/> }.into_any()
    } else {
        let caption = format!("Deployments of {}", service.name);
        deployments_table(&page.deployments, &caption, page.head.now)
    };
    view! {
        <section class="card" aria-labelledby="deployments-h" id="deployments" data-live="deployments">
            <header class="card-head">
                <h2 id="deployments-h">"Deployments"</h2>
                <p class="card-note">"the newest · "<a href=all>"all in the history"</a></p>
            </header>
            {content}
        </section>
    }
    .into_any()
}
