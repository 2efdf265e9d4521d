//! What was normal, release by release.

use domain::{
    baseline::{Baseline, IndicatorSummary, Moment},
    indicator::shown,
};
use engine::services::{ReleaseBaselines, ServiceOverview};
use leptos::prelude::*;

use crate::components::{badge::DeploymentBadge, time::Ago};

/// The card; nothing before the first baseline was captured.
pub fn baselines(page: &ServiceOverview) -> Option<AnyView> {
    let mut indicators: Vec<&IndicatorSummary> = Vec::new();
    for one in page.baselines.iter().flat_map(|row| &row.baselines).map(|one| &one.measured) {
        if indicators.iter().all(|known| known.indicator != one.indicator) {
            indicators.push(one);
        }
    }
    if indicators.is_empty() {
        return None;
    }
    indicators.sort_by_key(|one| one.family);
    let heads = indicators
        .iter()
        .map(|one| {
            let label = format!("{}, {}", one.label, one.unit);
            view! { <th scope="col" class="number">{label}</th> }
        })
        .collect_view();
    let rows = page.baselines.iter().map(|one| row(page, one, &indicators)).collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="baselines-h" id="baselines" data-live="baselines">
                <header class="card-head">
                    <h2 id="baselines-h">"Baselines"</h2>
                    <p class="card-note">"release by release, at the end of what was watched"</p>
                </header>
                <div class="table-wrap" tabindex="0" role="group" aria-label="Baselines of the releases: table">
                    <table class="table">
                        <caption class="sr-only">"Baselines of the releases, newest first"</caption>
                        <thead><tr><th scope="col">"Release"</th><th scope="col">"State"</th>{heads}</tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                <p class="card-foot">"A release is compared with the newest one before it that was signed off, never with one that failed or was rolled back."</p>
            </section>
        }
        .into_any(),
    )
}

fn row(
    page: &ServiceOverview,
    one: &ReleaseBaselines,
    indicators: &[&IndicatorSummary],
) -> AnyView {
    let deployment = &one.deployment;
    let cells = indicators
        .iter()
        .map(|of| {
            let found =
                one.baselines.iter().filter(|known| known.measured.indicator == of.indicator);
            let newest = found.max_by_key(|known| known.moment);
            view! { <td class="number">{cell(newest)}</td> }
        })
        .collect_view();
    view! {
        <tr data-row="" tabindex="-1">
            <th scope="row">
                <a href=format!("/deployments/{}#baselines-card", deployment.id)>{deployment.version.clone()}</a>
                <small>{deployment.environment.clone()}", "<Ago at=deployment.deployed_at now=page.head.now/></small>
            </th>
            <td><DeploymentBadge deployment/></td>
            {cells}
        </tr>
    }
    .into_any()
}

fn cell(one: Option<&Baseline>) -> AnyView {
    let Some(one) = one else { return view! { <span class="muted">"–"</span> }.into_any() };
    let value = one.measured.summary.value.map_or_else(|| "no value".to_owned(), shown);
    // What was watched to its end needs no mark.
    let at = (one.moment != Moment::H48)
        .then(|| view! { <small>{format!("at +{}", one.moment.as_str())}</small> });
    view! { {value}{at} }.into_any()
}
