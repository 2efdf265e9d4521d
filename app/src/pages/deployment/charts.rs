//! The indicators since the deployment, drawn: the line, the last good deployment's range at the
//! same time of its watch, the thresholds, and gaps as gaps. The same as a table below each.

use chrono::Duration;
use domain::{
    humanize,
    indicator::{Direction, shown},
};
use engine::{
    deployments::DeploymentPage,
    indicators::{Chart, ChartPoint},
};
use leptos::prelude::*;

use crate::components::{
    chart_plot::{chart_plot, spoken},
    time::At,
};

/// The card; nothing where the service has no indicator.
pub fn charts(page: &DeploymentPage) -> Option<AnyView> {
    if page.charts.is_empty() {
        return None;
    }
    let version = &page.deployment.version;
    let band = page.charts.iter().find_map(|chart| chart.reference.clone());
    let band = band.map(|before| format!(" · band: {before}, same hours"));
    let note = format!("line: {version}{} · dashes: thresholds", band.unwrap_or_default());
    let all = page.charts.iter().map(|chart| one(page, chart)).collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="indicators-h" id="indicators" data-live="indicators">
                <header class="card-head">
                    <h2 id="indicators-h">"Indicators"</h2>
                    <p class="card-note">{note}</p>
                </header>
                <div class="charts">{all}</div>
            </section>
        }
        .into_any(),
    )
}

fn one(page: &DeploymentPage, chart: &Chart) -> AnyView {
    let id = format!("chart-{}", chart.key);
    // All of it speaks: one good minute at the end hides no bad hour.
    let value = chart.so_far.map_or_else(|| "no data".to_owned(), |value| said(chart, value));
    let now = chart.now().map(
        |now| view! { <small>{format!("since deploy · now {}", said(chart, now.value))}</small> },
    );
    let span = humanize::duration(chart.every_s * i64::try_from(chart.points.len()).unwrap_or(0));
    let mut label = chart.label.clone();
    if let Some(first) = label.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    view! {
        <article class="chart" aria-labelledby=format!("{id}-h")>
            <header class="chart-head">
                <h3 id=format!("{id}-h")>{label}</h3>
                <p class="chart-value">{value}{now}</p>
            </header>
            {chart_plot(chart)}
            <p class="chart-times"><span>"deploy"</span><span>{format!("+{span}")}</span></p>
            <p class="chart-note">{note(page, chart)}</p>
            {table(page, chart, &id)}
        </article>
    }
    .into_any()
}

/// A value with its unit.
fn said(chart: &Chart, value: f64) -> String {
    format!("{} {}", shown(value), chart.unit)
}

/// What was agreed, and whether data arrives.
fn note(page: &DeploymentPage, chart: &Chart) -> AnyView {
    let agreed: Vec<_> = chart
        .limits
        .iter()
        .map(|limit| {
            let what = if limit.rollback { "roll back at" } else { "expected" };
            format!("{what} {}", limit.text)
        })
        .collect();
    let agreed = if agreed.is_empty() {
        match chart.direction {
            Direction::LowerIsBetter => "Nothing agreed; less is better.".to_owned(),
            Direction::HigherIsBetter => "Nothing agreed; more is better.".to_owned(),
        }
    } else {
        format!("{}.", agreed.join(", "))
    };
    let silent = match chart.newest {
        None => Some(view! { " No point has arrived since the deployment." }.into_any()),
        Some(newest) => {
            let late = page.now - newest > Duration::seconds(2 * chart.every_s)
                && page.deployment.closed_at.is_none();
            late.then(|| view! { " No point since "<At at=newest now=page.now/>"." }.into_any())
        }
    };
    let said = chart.said.as_ref().map(|(said, at)| {
        view! { <strong>" The server, "<At at=*at now=page.now/>": "{said.clone()}"."</strong> }
    });
    view! { <span>{agreed}{silent}{said}</span> }.into_any()
}

fn table(page: &DeploymentPage, chart: &Chart, id: &str) -> AnyView {
    let rows = chart
        .points
        .iter()
        .take(chart.passed)
        .enumerate()
        .rev()
        .map(|(at, point)| row(page, chart, at, *point))
        .collect_view();
    let caption = format!("{} since the deployment, newest first", chart.label);
    view! {
        <details class="disclosure" id=format!("{id}-table")>
            <summary>"As a table"</summary>
            <div class="table-wrap" tabindex="0" role="group" aria-label=caption.clone()>
                <table class="table">
                    <caption class="sr-only">{caption.clone()}</caption>
                    <thead><tr><th scope="col">"From"</th><th scope="col" class="number">"Value"</th><th scope="col" class="number">"Points"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

fn row(page: &DeploymentPage, chart: &Chart, at: usize, point: Option<ChartPoint>) -> AnyView {
    let from = chart.from + Duration::seconds(chart.every_s * i64::try_from(at).unwrap_or(0));
    let (value, count) = spoken(chart, point);
    view! {
        <tr><th scope="row"><At at=from now=page.now/></th><td class="number">{value}</td><td class="number">{count}</td></tr>
    }
    .into_any()
}
