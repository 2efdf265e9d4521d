//! What runs where: services by environments.

use domain::{
    deployment::Deployment,
    humanize,
    rollback::Unrestored,
    service::{Environment, Service},
};
use engine::board::Board;
use leptos::prelude::*;

use crate::components::{
    badge::of_deployment,
    icon::{Icon, of_state},
    time::Ago,
};

/// The card; nothing before there is a service.
pub fn environments(board: &Board) -> Option<AnyView> {
    if board.services.is_empty() {
        return None;
    }
    let heads = board
        .environments
        .iter()
        .map(|environment| view! { <th scope="col">{environment.name.clone()}</th> })
        .collect_view();
    let rows = board
        .services
        .iter()
        .map(|service| {
            let cells = board
                .environments
                .iter()
                .map(|environment| cell(board, service, environment))
                .collect_view();
            let about: Vec<_> = [
                (!service.tier.is_empty()).then(|| format!("tier {}", service.tier)),
                (!service.owners.is_empty()).then(|| service.owners.clone()),
            ]
            .into_iter()
            .flatten()
            .collect();
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("/services/{}", service.slug)>{service.name.clone()}</a>
                        <small>{about.join(" · ")}</small>
                    </th>
                    {cells}
                </tr>
            }
        })
        .collect_view();
    let note = format!("{} × {}", board.services.len(), board.environments.len());
    Some(
        view! {
            <section class="card" aria-labelledby="matrix-h" id="matrix" data-live="matrix">
                <header class="card-head">
                    <h2 id="matrix-h">"What runs where"</h2>
                    <p class="card-note">{format!("services × environments: {note}")}</p>
                </header>
                <div class="table-wrap" tabindex="0" role="group" aria-label="Version of each service in each environment: table">
                    <table class="table matrix">
                        <caption class="sr-only">"Version of each service in each environment"</caption>
                        <thead><tr><th scope="col">"Service"</th>{heads}</tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        }
        .into_any(),
    )
}

fn cell(board: &Board, service: &Service, environment: &Environment) -> AnyView {
    if let Some(bad) = board.unrestored(service, environment) {
        return unrestored(bad);
    }
    match board.cell(service, environment) {
        None => view! { <td><span class="none">"–"</span></td> }.into_any(),
        Some((_, None)) => view! { <td><span class="none">"never deployed"</span></td> }.into_any(),
        Some((_, Some(running))) => {
            let (state, label) = of_deployment(running);
            let drift = drift(board, service, environment, running);
            view! {
                <td>
                    <span class="version" data-state=state>
                        <Icon name=of_state(state)/>
                        <span class="sr-only">{format!("{}:", label.to_lowercase())}</span>
                        <a href=format!("/deployments/{}", running.id)>{running.version.clone()}</a>
                    </span>
                    <small><Ago at=running.deployed_at now=board.now/>{format!(" · {}", running.deployed_by)}</small>
                    {drift.map(|said| view! { <small data-state="drift">{said}</small> })}
                </td>
            }
            .into_any()
        }
    }
}

/// A rollback that nobody has said to be done: no version stands there as running.
fn unrestored(bad: &Unrestored) -> AnyView {
    let said = bad.sentence();
    let state = if bad.is_failed() { "failed" } else { "drift" };
    let bad = &bad.deployment;
    view! {
        <td>
            <span class="version" data-state="rolled_back">
                <Icon name=of_state("rolled_back")/>
                <span>"rolled back: "</span>
                <a href=format!("/deployments/{}", bad.id)>{bad.version.clone()}</a>
            </span>
            <small data-state=state>{said}</small>
        </td>
    }
    .into_any()
}

/// Where the environment before this one has run another version for a while.
fn drift(
    board: &Board,
    service: &Service,
    environment: &Environment,
    running: &Deployment,
) -> Option<String> {
    let at = board.environments.iter().position(|known| known.slug == environment.slug)?;
    let before = board.environments.get(at.checked_sub(1)?)?;
    let (_, ahead) = board.cell(service, before)?;
    let ahead = ahead.as_ref()?;
    let apart = ahead.version != running.version && ahead.deployed_at > running.deployed_at;
    let since = (board.now - ahead.deployed_at).num_seconds();
    apart
        .then(|| format!("{} has {} for {}", before.name, ahead.version, humanize::duration(since)))
}
