//! Adding and changing an indicator: a form for each source.

use domain::indicator::{Direction, Family, Indicator, Source};
use engine::{secrets, services::ServiceIndicators};
use leptos::prelude::*;

use crate::{
    actions::PutIndicator,
    components::field::{Field, Select, TextArea},
    form::action,
};

/// The part of the card that adds indicators.
pub fn new_indicators(page: &ServiceIndicators) -> AnyView {
    let forms = [Source::Pushed, Source::Prometheus]
        .map(|source| view! { <li>{indicator_form(page, source, None)}</li> });
    let forms = forms.into_iter().collect_view();
    view! {
        <div class="card-foot no-print">
            <h3>"Add an indicator"</h3>
            <ul class="stack tight">{forms}</ul>
        </div>
    }
    .into_any()
}

/// The form for an indicator, new or known.
pub fn indicator_form(
    page: &ServiceIndicators,
    source: Source,
    known: Option<&Indicator>,
) -> AnyView {
    let id = known.map_or_else(|| format!("new-{source}"), |one| format!("change-i-{}", one.key));
    let (title, about) = match source {
        Source::Probe => ("", "Daytwo measures it; what is agreed about it is yours."),
        Source::Pushed => ("Pushed points…", "A job or a service pushes its points to the API."),
        Source::Prometheus => (
            "Prometheus query…",
            "A server that speaks Prometheus's query API is asked while a deployment is watched: Prometheus, Mimir, Thanos, VictoriaMetrics.",
        ),
    };
    let summary = if known.is_some() { "Change…" } else { title };
    let text = |of: fn(&Indicator) -> String| known.map_or_else(String::new, of);
    let lines = |of: fn(&Indicator) -> &Vec<String>| {
        known.map_or_else(String::new, |one| of(one).join("\n"))
    };
    let asked = (source == Source::Prometheus).then(|| prometheus(&id, known));
    view! {
        <details class="disclosure no-print" id=id.clone()>
            <summary>{summary}</summary>
            <form class="form panel" method="post" action={action::<PutIndicator>()} data-enhance="">
                <p class="hint">{about}</p>
                <input type="hidden" name="service" value=page.head.service.slug.clone()/>
                <input type="hidden" name="source" value=source.as_str()/>
                {what(&id, known)}
                <Field id=format!("{id}-label") name="label" label="Label" maxlength=60 value=text(|one| one.label.clone())/>
                {asked}
                <TextArea id=format!("{id}-pass") name="pass" label="Good when" rows=2 value=lines(|one| &one.thresholds.pass)
                    hint="One a line: < 200ms, or <= +10% beside the last good release."/>
                <TextArea id=format!("{id}-warn") name="warn" label="Warn unless" rows=1 value=lines(|one| &one.thresholds.warn)/>
                <TextArea id=format!("{id}-rollback") name="rollback" label="Roll back at" rows=1 value=lines(|one| &one.thresholds.rollback)
                    hint="One a line: > 1% for 2m. Drawn in the chart; a person rolls back."/>
                <label class="check"><input type="checkbox" name="critical" value="yes" checked=known.is_some_and(|one| one.thresholds.critical)/>" Critical: kept with the indicator; nothing acts on it yet"</label>
                <div class="form-actions"><button class="button primary" data-busy="Saving…">{if known.is_some() { "Save the indicator" } else { "Add the indicator" }}</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// What it is: chosen once, since its points are read by it.
fn what(id: &str, known: Option<&Indicator>) -> AnyView {
    if let Some(one) = known {
        return view! {
            <input type="hidden" name="key" value=one.key.clone()/>
            <input type="hidden" name="family" value=one.family.as_str()/>
            <input type="hidden" name="unit" value=one.unit.clone()/>
            <input type="hidden" name="direction" value=one.direction.as_str()/>
        }
        .into_any();
    }
    let families =
        Family::ALL.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned())).collect();
    let directions = vec![
        (String::new(), "As its family".to_owned()),
        (Direction::LowerIsBetter.as_str().to_owned(), "Less is better".to_owned()),
        (Direction::HigherIsBetter.as_str().to_owned(), "More is better".to_owned()),
    ];
    view! {
        <div class="fields">
            <Field id=format!("{id}-key") name="key" label="Key" required=true maxlength=64 hint="Its name in the API, such as error_rate."/>
            <Field id=format!("{id}-unit") name="unit" label="Unit" required=true maxlength=24 hint="%, ratio, ms, or orders per minute."/>
        </div>
        <div class="fields">
            <Select id=format!("{id}-family") name="family" label="Family" options=families/>
            <Select id=format!("{id}-direction") name="direction" label="Direction" options=directions/>
        </div>
    }
    .into_any()
}

fn prometheus(id: &str, known: Option<&Indicator>) -> AnyView {
    let text = |of: fn(&Indicator) -> Option<String>| known.and_then(of).unwrap_or_default();
    let headers = known.map_or_else(String::new, |one| secrets::header_lines(&one.headers));
    let every = known.map_or_else(|| "60".to_owned(), |one| one.interval_s.to_string());
    view! {
        <Field id=format!("{id}-server") name="server_url" label="Server" kind="url" required=true maxlength=2048
            value=text(|one| one.server_url.clone()) hint="Below it lies /api/v1/query, such as http://prometheus:9090."/>
        <TextArea id=format!("{id}-query") name="query" label="Query" rows=3 required=true maxlength=4000
            value=text(|one| one.query.clone())
            hint="{{service}}, {{environment}}, {{version}}, {{window}} and {{since_deploy}} are filled in."/>
        <TextArea id=format!("{id}-heartbeat") name="heartbeat_query" label="Heartbeat query" rows=1 maxlength=4000
            value=text(|one| one.heartbeat_query.clone())
            hint="Finds something as long as what is measured is there, such as up{job=\"shop\"}. With it an empty answer is a zero; without, it is missing."/>
        <TextArea id=format!("{id}-headers") name="headers" label="Headers" rows=2 value=headers
            hint="One a line, such as X-Scope-OrgID: shop or Authorization: Bearer …. What is hidden stays as it is, for the same server, until it is written anew."/>
        <Field id=format!("{id}-every") name="interval_s" label="Every, in seconds" kind="number" value=every/>
    }
    .into_any()
}
