//! What was normal: the baselines captured so far, beside those of the last good deployment and
//! those that were recorded by hand.

use domain::baseline::{Baseline, IndicatorSummary, Moment};
use engine::deployments::DeploymentPage;
use leptos::prelude::*;

use super::{baseline_value::value, manual_baselines::manual_baselines};
use crate::{actions::RecordBaselines, components::time::At, form::action};

/// The card; nothing while there is nothing to show or to record.
pub fn baselines(page: &DeploymentPage) -> Option<AnyView> {
    let there = !page.baselines.is_empty() || !page.manual_baselines.is_empty();
    (there || page.may_record_baselines && !page.charts.is_empty()).then(|| card(page))
}

fn card(page: &DeploymentPage) -> AnyView {
    let note = match page.baselines.iter().map(|one| one.captured_at).max() {
        None => view! { "none captured yet" }.into_any(),
        Some(at) => view! { "captured "<At at=at now=page.now/> }.into_any(),
    };
    view! {
        <section class="card" aria-labelledby="baselines-h" id="baselines-card" data-live="baselines">
            <header class="card-head">
                <h2 id="baselines-h">"Baselines"</h2>
                <p class="card-note">{note}</p>
            </header>
            {(!page.baselines.is_empty()).then(|| captured(page))}
            {manual_baselines(page)}
            {page.may_record_baselines.then(|| record_now(page))}
        </section>
    }
    .into_any()
}

/// The button. What it records is one more, whenever it is pressed.
fn record_now(page: &DeploymentPage) -> AnyView {
    let deployment = page.deployment.id.to_string();
    view! {
        <form class="card-foot row apart no-print" method="post" action={action::<RecordBaselines>()} data-enhance="">
            <input type="hidden" name="deployment" value=deployment/>
            <span>"From the deployment until now, beside those of the fixed moments; no box counts it."</span>
            <button class="button quiet" id="record-baselines" data-busy="Recording…">"Record baselines now"</button>
        </form>
    }
    .into_any()
}

fn captured(page: &DeploymentPage) -> AnyView {
    let heads = Moment::ALL
        .iter()
        .map(|moment| view! { <th scope="col" class="number">{format!("+{}", moment.as_str())}</th> })
        .collect_view();
    let rows = indicators(page).into_iter().map(|of| row(page, of)).collect_view();
    let before = page.reference.as_ref().map(|known| {
        let title = format!("{} (last good), +48h", known.version);
        view! { <th scope="col" class="number">{title}</th> }
    });
    view! {
        <div class="table-wrap" tabindex="0" role="group" aria-label="Baselines: table">
            <table class="table">
                <caption class="sr-only">"Baselines by the time since the deployment"</caption>
                <thead><tr><th scope="col">"Indicator"</th>{heads}{before}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="card-foot">"Below each value: how many events or samples it is made of, and which part of the window they cover. Under 80 % there is no value."</p>
    }
    .into_any()
}

/// Each indicator as its newest baseline has it, by family.
fn indicators(page: &DeploymentPage) -> Vec<&IndicatorSummary> {
    let mut newest: Vec<&Baseline> = Vec::new();
    for one in &page.baselines {
        match newest.iter_mut().find(|known| known.measured.indicator == one.measured.indicator) {
            Some(known) if known.moment < one.moment => *known = one,
            Some(_) => {}
            None => newest.push(one),
        }
    }
    let mut newest: Vec<_> = newest.into_iter().map(|one| &one.measured).collect();
    newest.sort_by_key(|one| one.family);
    newest
}

fn row(page: &DeploymentPage, of: &IndicatorSummary) -> AnyView {
    let at = |all: &[Baseline], moment: Moment| {
        let mut found = all.iter();
        let found =
            found.find(|one| one.moment == moment && one.measured.indicator == of.indicator);
        value(found.map(|one| &one.measured.summary), &of.unit)
    };
    let cells = Moment::ALL
        .iter()
        .map(|moment| view! { <td class="number">{at(&page.baselines, *moment)}</td> })
        .collect_view();
    let before = page.reference.as_ref().map(|known| {
        view! { <td class="number">{at(&known.baselines, Moment::H48)}</td> }
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
