//! What runs where.

use domain::rollback::Unrestored;
use engine::services::{EnvironmentNow, ServiceOverview};
use leptos::prelude::*;

use super::Room;
use crate::components::{badge::DeploymentBadge, empty::Empty, time::Ago};

/// The card.
pub fn environments(page: &ServiceOverview) -> AnyView {
    let content = if page.environments.is_empty() {
        nowhere(page)
    } else {
        let rows = page.environments.iter().map(|one| row(page, one)).collect_view();
        let label = format!("What runs where of {}", page.head.service.name);
        view! {
            <div class="table-wrap" tabindex="0" role="group" aria-label=format!("{label}: table")>
                <table class="table">
                    <caption class="sr-only">{label.clone()}</caption>
                    <thead><tr>
                        <th scope="col">"Environment"</th>
                        <th scope="col">"Runs"</th>
                        <th scope="col">"State"</th>
                        <th scope="col" class="col-wide">"Since"</th>
                        <th scope="col" class="col-wide">"By"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="environments-h" id="environments" data-live="environments">
            <header class="card-head"><h2 id="environments-h">"What runs where"</h2></header>
            {content}
        </section>
    }
    .into_any()
}

fn nowhere(page: &ServiceOverview) -> AnyView {
    if !page.head.may_configure() {
        let text = "It runs nowhere yet. An operator adds its environments in its settings.";
        return view! { <Empty text/> }.into_any();
    }
    let to = format!("{}#new-environment", Room::Settings.href(&page.head.service.slug));
    view! {
        <Empty text="It runs nowhere yet. Say where, and a deployment can be announced.">
            <a class="button" href=to>"Add an environment"</a>
        </Empty>
    }
    .into_any()
}

fn row(page: &ServiceOverview, one: &EnvironmentNow) -> AnyView {
    let environment = one.environment.environment.clone();
    let base = match one.environment.base_url.clone() {
        Some(url) => {
            let plain = one.environment.plain_http();
            let plain = plain.map(
                |why| view! { <small>{format!("plain HTTP on purpose, because {why}")}</small> },
            );
            view! {
                <small><a href=url.clone() rel="noopener noreferrer">{url.clone()}</a></small>
                {plain}
            }
            .into_any()
        }
        None => view! { <small>"no base URL: nothing is probed"</small> }.into_any(),
    };
    let rest = match (&one.unrestored, &one.running) {
        (Some(bad), _) => unrestored(page, bad),
        (None, None) => {
            view! { <td colspan="4"><span class="muted">"never deployed"</span></td> }.into_any()
        }
        (None, Some(running)) => view! {
            <td><a href=format!("/deployments/{}", running.id)>{running.version.clone()}</a></td>
            <td><DeploymentBadge deployment=running/></td>
            <td class="col-wide"><Ago at=running.deployed_at now=page.head.now/></td>
            <td class="col-wide">{running.deployed_by.clone()}</td>
        }
        .into_any(),
    };
    view! { <tr id=environment.clone()><th scope="row">{environment.clone()}{base}</th>{rest}</tr> }
        .into_any()
}

/// A rollback that nobody has said to be done: no version stands there as running.
fn unrestored(page: &ServiceOverview, bad: &Unrestored) -> AnyView {
    let said = bad.sentence();
    let state = if bad.is_failed() { "failed" } else { "drift" };
    let bad = &bad.deployment;
    let at = bad.closed_at.unwrap_or(bad.deployed_at);
    view! {
        <td>
            "not "<a href=format!("/deployments/{}", bad.id)>{bad.version.clone()}</a>
            <small data-state=state>{said}</small>
        </td>
        <td><DeploymentBadge deployment=bad/></td>
        <td class="col-wide"><Ago at now=page.head.now/></td>
        <td class="col-wide">{bad.deployed_by.clone()}</td>
    }
    .into_any()
}
