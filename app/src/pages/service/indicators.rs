//! The indicators: where their points come from, and what is agreed.

use domain::{
    baseline::to_pass,
    indicator::{Indicator, Source, Thresholds},
};
use engine::services::ServiceIndicators;
use leptos::prelude::*;

use super::{
    Room,
    indicator_form::{indicator_form, new_indicators},
    room::head,
};
use crate::{
    actions::RetireIndicator,
    components::{empty::Empty, retire::retire},
};

/// The room.
pub fn indicators(page: &ServiceIndicators) -> AnyView {
    let rows = page.indicators.iter().map(|one| row(page, one)).collect_view();
    let list = (!page.indicators.is_empty()).then(|| view! { <ul class="evidence">{rows}</ul> });
    let nothing = page.indicators.is_empty().then(|| {
        let text = "No indicator yet. Response time and uptime come with the first probe of a response target; an error rate is pushed, or asked of a Prometheus-compatible server.";
        view! { <Empty text/> }
    });
    let count = match page.indicators.len() {
        1 => "1 indicator".to_owned(),
        n => format!("{n} indicators"),
    };
    view! {
        {head(&page.head, Room::Indicators)}
        <section class="card" aria-labelledby="indicators-h" id="indicators" tabindex="-1">
            <header class="card-head"><h2 id="indicators-h">"Indicators"</h2><p class="card-note">{count}</p></header>
            <div class="card-body stack">{list}{nothing}</div>
            {page.head.may_configure().then(|| new_indicators(page))}
        </section>
    }
    .into_any()
}

fn row(page: &ServiceIndicators, one: &Indicator) -> AnyView {
    let source = match one.source {
        Source::Probe => "measured by the probes of the response targets".to_owned(),
        Source::Pushed => {
            format!("pushed to POST /api/v1/measurements as \"indicator\": \"{}\"", one.key)
        }
        Source::Prometheus => {
            let server = one.server_url.clone().unwrap_or_default();
            format!("asked of {server} every {} s", one.interval_s)
        }
    };
    let query = one.query.clone().map(|query| view! { <code class="code wrap">{query}</code> });
    let retire = (page.head.may_configure() && one.source != Source::Probe).then(|| {
        let hint = "It takes no more points. Those it has, and its baselines, are kept.";
        retire::<RetireIndicator>("indicator", &page.head.service.slug, &one.key, hint)
    });
    let change = page.head.may_configure().then(|| indicator_form(page, one.source, Some(one)));
    view! {
        <li data-row="" tabindex="-1" id=format!("indicator-{}", one.key)>
            <div class="evidence-head"><b>{one.label.clone()}</b><span class="tag">{one.family.label()}</span><span class="faint">{one.unit.clone()}</span></div>
            <p>{agreed(one)}</p>
            <p class="small">{source}</p>
            {query}
            <div class="item-foot">{change}{retire}</div>
        </li>
    }
    .into_any()
}

/// What is agreed, in a sentence.
fn agreed(one: &Indicator) -> String {
    let Thresholds { pass, warn, rollback, critical } = &one.thresholds;
    let pass = to_pass(&one.key, one.family, &one.unit, pass);
    let parts: Vec<_> =
        [("good", pass.as_slice()), ("warn unless", warn), ("roll back at", rollback)]
            .into_iter()
            .filter(|(_, all)| !all.is_empty())
            .map(|(what, all)| format!("{what} {}", all.join(" and ")))
            .collect();
    if parts.is_empty() {
        return "Watched; nothing is agreed.".into();
    }
    let critical = if *critical { " Critical." } else { "" };
    let text = parts.join("; ");
    let (first, rest) = text.split_at(1);
    format!("{}{rest}.{critical}", first.to_uppercase())
}
