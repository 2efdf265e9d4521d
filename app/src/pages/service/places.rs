//! Where a service runs, and what runs there.

use engine::services::ServicePage;
use leptos::prelude::*;
use store::{deployments::DeploymentRecord, services::ServiceEnvironment};

use crate::components::{badge::DeploymentBadge, empty::Empty, time::Ago};

/// The card.
pub fn places(page: &ServicePage) -> AnyView {
    let content = if page.places.is_empty() {
        view! { <Empty text="It runs nowhere yet. Add an environment under Settings."/> }.into_any()
    } else {
        let rows = page
            .places
            .iter()
            .map(|(place, running, _)| row(page, place, running.as_ref()))
            .collect_view();
        let label = format!("Where {} runs", page.service.name);
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
        <section class="card" aria-labelledby="places-h" id="places" data-live="places">
            <header class="card-head"><h2 id="places-h">"Where it runs"</h2></header>
            {content}
        </section>
    }
    .into_any()
}

fn row(
    page: &ServicePage,
    place: &ServiceEnvironment,
    running: Option<&DeploymentRecord>,
) -> AnyView {
    let base = match place.base_url.clone() {
        Some(url) => {
            view! { <small><a href=url.clone() rel="noopener noreferrer">{url.clone()}</a></small> }
                .into_any()
        }
        None => view! { <small>"no base URL: nothing is probed"</small> }.into_any(),
    };
    let rest = match running {
        None => {
            view! { <td colspan="4"><span class="muted">"never deployed"</span></td> }.into_any()
        }
        Some(one) => view! {
            <td><a href=format!("/deployments/{}", one.id)>{one.version.clone()}</a></td>
            <td><DeploymentBadge deployment=one/></td>
            <td class="col-wide"><Ago at=one.deployed_at now=page.now/></td>
            <td class="col-wide">{one.deployed_by.clone()}</td>
        }
        .into_any(),
    };
    view! {
        <tr id=place.environment.clone()><th scope="row">{place.environment.clone()}{base}</th>{rest}</tr>
    }
    .into_any()
}
