//! What was normal: the baselines captured so far, beside those of the last good deployment.

use domain::baseline::{Indicator, Moment, shown};
use engine::deployments::DeploymentPage;
use leptos::prelude::*;
use store::baselines::BaselineRecord;

use crate::components::time::At;

/// What probes measure; the error rate comes from whoever counts requests.
const PROBED: [Indicator; 2] = [Indicator::ResponseTime, Indicator::Uptime];

/// The card; nothing before the first one was captured.
pub fn baselines(page: &DeploymentPage) -> Option<AnyView> {
    if page.baselines.is_empty() {
        return None;
    }
    let heads = Moment::ALL
        .iter()
        .map(|moment| view! { <th scope="col" class="number">{format!("+{}", moment.as_str())}</th> })
        .collect_view();
    let rows = PROBED.map(|indicator| row(page, indicator)).collect_view();
    let before = page.reference.as_ref().map(|(version, _)| {
        view! { <th scope="col" class="number">{format!("{version} (last good), +48h")}</th> }
    });
    let newest = page.baselines.iter().max_by_key(|one| one.captured_at);
    let source = newest.map(|one| one.source.clone()).unwrap_or_default();
    let at = newest.map(|one| view! { <At at=one.captured_at now=page.now/> });
    Some(
        view! {
            <section class="card" aria-labelledby="baselines-h" id="baselines-card" data-live="baselines">
                <header class="card-head">
                    <h2 id="baselines-h">"Baselines"</h2>
                    <p class="card-note">"by "{source}", captured "{at}</p>
                </header>
                <div class="table-wrap" tabindex="0" role="group" aria-label="Baselines: table">
                    <table class="table">
                        <caption class="sr-only">"Baselines by the time since the deployment"</caption>
                        <thead><tr><th scope="col">"Indicator"</th>{heads}{before}</tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                <p class="card-foot">"Below each value: how many measurements it is made of, and which part of the window they cover. Under 80 % there is no value."</p>
            </section>
        }
        .into_any(),
    )
}

fn row(page: &DeploymentPage, indicator: Indicator) -> AnyView {
    let at = |all: &[BaselineRecord], moment: Moment| {
        let mut found = all.iter();
        found.find(|one| one.moment == moment && one.indicator == indicator).cloned()
    };
    let cells = Moment::ALL
        .iter()
        .map(|moment| view! { <td class="number">{value(at(&page.baselines, *moment))}</td> })
        .collect_view();
    let before = page.reference.as_ref().map(|(_, all)| {
        view! { <td class="number">{value(at(all, Moment::H48))}</td> }
    });
    let label = indicator.label();
    view! {
        <tr>
            <th scope="row">{label}<small>{format!("expected {}", indicator.target())}</small></th>
            {cells}{before}
        </tr>
    }
    .into_any()
}

/// The value, or why there is none.
fn value(one: Option<BaselineRecord>) -> AnyView {
    let Some(one) = one else { return view! { <span class="muted">"–"</span> }.into_any() };
    let (samples, covered) = (one.summary.samples, one.summary.coverage * 100.0);
    let measured = format!("{samples} · {covered:.0} %");
    match one.summary.value {
        None => view! { "no value"<small>{measured}</small> }.into_any(),
        Some(value) => {
            let text = format!("{} {}", shown(value), one.indicator.unit());
            view! { {text}<small>{measured}</small> }.into_any()
        }
    }
}
