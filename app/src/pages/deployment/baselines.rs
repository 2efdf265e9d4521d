//! What was normal: the baselines captured so far, beside those of the last good deployment.

use domain::{baseline::Moment, indicator::shown};
use engine::deployments::DeploymentPage;
use leptos::prelude::*;
use store::baselines::BaselineRecord;

use crate::components::time::At;

/// The card; nothing before the first one was captured.
pub fn baselines(page: &DeploymentPage) -> Option<AnyView> {
    let newest = page.baselines.iter().max_by_key(|one| one.captured_at)?;
    let heads = Moment::ALL
        .iter()
        .map(|moment| view! { <th scope="col" class="number">{format!("+{}", moment.as_str())}</th> })
        .collect_view();
    let rows = indicators(page).into_iter().map(|of| row(page, of)).collect_view();
    let before = page.reference.as_ref().map(|known| {
        let title = format!("{} (last good), +48h", known.version);
        view! { <th scope="col" class="number">{title}</th> }
    });
    let at = newest.captured_at;
    Some(
        view! {
            <section class="card" aria-labelledby="baselines-h" id="baselines-card" data-live="baselines">
                <header class="card-head">
                    <h2 id="baselines-h">"Baselines"</h2>
                    <p class="card-note">"captured "<At at=at now=page.now/></p>
                </header>
                <div class="table-wrap" tabindex="0" role="group" aria-label="Baselines: table">
                    <table class="table">
                        <caption class="sr-only">"Baselines by the time since the deployment"</caption>
                        <thead><tr><th scope="col">"Indicator"</th>{heads}{before}</tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                <p class="card-foot">"Below each value: how many events or samples it is made of, and which part of the window they cover. Under 80 % there is no value."</p>
            </section>
        }
        .into_any(),
    )
}

/// The newest baseline of each indicator, by family.
fn indicators(page: &DeploymentPage) -> Vec<&BaselineRecord> {
    let mut newest: Vec<&BaselineRecord> = Vec::new();
    for one in &page.baselines {
        match newest.iter_mut().find(|known| known.indicator == one.indicator) {
            Some(known) if known.moment < one.moment => *known = one,
            Some(_) => {}
            None => newest.push(one),
        }
    }
    newest.sort_by_key(|one| one.family);
    newest
}

fn row(page: &DeploymentPage, of: &BaselineRecord) -> AnyView {
    let at = |all: &[BaselineRecord], moment: Moment| {
        let mut found = all.iter();
        found.find(|one| one.moment == moment && one.indicator == of.indicator).cloned()
    };
    let cells = Moment::ALL
        .iter()
        .map(|moment| view! { <td class="number">{value(at(&page.baselines, *moment))}</td> })
        .collect_view();
    let before = page.reference.as_ref().map(|known| {
        view! { <td class="number">{value(at(&known.baselines, Moment::H48))}</td> }
    });
    let expected = (!of.pass.is_empty())
        .then(|| view! { <small>{format!("expected {}", of.pass.join(" and "))}</small> });
    view! {
        <tr>
            <th scope="row"><span title=of.source.clone()>{of.label.clone()}</span>{expected}</th>
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
            let text = format!("{} {}", shown(value), one.unit);
            let p95 =
                one.summary.p95.map(|p95| view! { <small>{format!("p95 {}", shown(p95))}</small> });
            view! { {text}{p95}<small>{measured}</small> }.into_any()
        }
    }
}
