//! A check: what it asks, how it went, what it saw.

use domain::{humanize, measurement::RecordedMeasurement};
use engine::checks::CheckPage;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    auth::Visitor,
    components::{
        badge::Badge,
        breadcrumbs::Breadcrumbs,
        chart_plot::chart_plot,
        empty::Empty,
        measurement_details::proof,
        phase::{phase_label, phase_state},
        screenshots::pictures,
        test_check::test_check,
        time::{Ago, At},
    },
    page,
    pages::service::Room,
};

/// The page.
#[component]
pub fn CheckRoute() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    let params = use_params_map().get_untracked();
    let (slug, key) =
        (params.get("slug").unwrap_or_default(), params.get("key").unwrap_or_default());
    page::load(
        async move { engine.checks().page(&visitor.person()?, &slug, &key).await },
        |found| (format!("{} of {}", found.check.label, found.service_name), whole(&found)),
    )
}

fn whole(page: &CheckPage) -> AnyView {
    let check = &page.check;
    let checks = Room::Checks.href(&page.service);
    let links = vec![
        ("Services".to_owned(), "/services".to_owned()),
        (page.service_name.clone(), Room::Overview.href(&page.service)),
        (Room::Checks.label().to_owned(), checks.clone()),
    ];
    let item = check.item.as_ref().map(|item| format!(" · box {item}"));
    let about = format!(
        "{} on {} · every {}",
        check.spec.kind(),
        check.environment,
        humanize::duration(check.interval_s)
    );
    let retired = check.retired_at.map(|at| view! { " · retired "<At at now=page.now/> });
    view! {
        <Breadcrumbs links/>
        <div class="page-head">
            <div><h1>{check.label.clone()}</h1><p class="page-sub">{about}{item}{retired}</p></div>
            {act(page, &checks)}
        </div>
        <div class="stack" data-events=format!("/events?service={}", check.service_id)>
            {newest(page)}
            {drawn(page)}
            {table(page)}
        </div>
    }
    .into_any()
}

/// What the reader may do with it.
fn act(page: &CheckPage, checks: &str) -> Option<AnyView> {
    let check = &page.check;
    if !page.may_configure || check.retired_at.is_some() {
        return None;
    }
    // A browser opens the disclosure around the field.
    let change = format!("{checks}#change-{}-env", check.key);
    let change =
        check.built_in.is_none().then(|| view! { <a class="button" href=change>"Change it"</a> });
    Some(
        view! { <div class="row no-print">{change}{test_check(&page.service, &check.key)}</div> }
            .into_any(),
    )
}

fn newest(page: &CheckPage) -> AnyView {
    let check = &page.check;
    let said = match &page.newest {
        None => {
            view! { <Empty text="It has not measured yet. It runs while a deployment there is watched."/> }
                .into_any()
        }
        Some(newest) => {
            let record = &newest.record;
            let (state, label) = (phase_state(record.phase), phase_label(record.phase));
            view! {
                <p><Badge state label/>" "{record.sentence.clone()}" "<Ago at=record.at now=page.now/></p>
            }
            .into_any()
        }
    };
    let conditions =
        check.conditions.iter().map(|text| view! { <li><code>{text.clone()}</code></li> });
    let conditions = conditions.collect_view();
    let asked = (!check.conditions.is_empty())
        .then(|| view! { <div><h3>"Must hold"</h3><ul>{conditions}</ul></div> });
    let url = page.address.clone();
    let address = (!url.is_empty()).then(|| view! { <p class="small wrap"><code>{url}</code></p> });
    view! {
        <section class="card" aria-labelledby="newest-h" id="newest" data-live="newest">
            <header class="card-head"><h2 id="newest-h">"Newest"</h2></header>
            <div class="card-body stack tight">
                {said}{address}{asked}
                {page.evidence.as_ref().and_then(|seen| pictures(check.id, &check.label, seen))}
                {page.evidence.as_ref().map(|seen| proof(&check.key, seen, page.now))}
            </div>
        </section>
    }
    .into_any()
}

fn drawn(page: &CheckPage) -> Option<AnyView> {
    let chart = page.chart.as_ref()?;
    let (said, good) = page.last_day;
    let note = format!("{good} of {said} good");
    Some(
        view! {
            <section class="card" aria-labelledby="day-h" id="day" data-live="day">
                <header class="card-head"><h2 id="day-h">"The last 24 hours"</h2><p class="card-note">{note}</p></header>
                <div class="card-body">{chart_plot(chart)}</div>
            </section>
        }
        .into_any(),
    )
}

fn table(page: &CheckPage) -> Option<AnyView> {
    if page.measurements.is_empty() {
        return None;
    }
    let rows = page.measurements.iter().map(|record| row(page, record)).collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="measurements-h" id="measurements" data-live="measurements">
                <header class="card-head"><h2 id="measurements-h">"Measurements"</h2><p class="card-note">"the newest 100"</p></header>
                <div class="table-wrap" tabindex="0" role="group" aria-label="Measurements: table">
                    <table class="table wraps">
                        <caption class="sr-only">"Measurements, newest first"</caption>
                        <thead><tr>
                            <th scope="col">"When"</th><th scope="col">"Says"</th><th scope="col" class="number">"Took"</th>
                        </tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        }
        .into_any(),
    )
}

fn row(page: &CheckPage, record: &RecordedMeasurement) -> AnyView {
    let (state, label) = (phase_state(record.phase), phase_label(record.phase));
    let took = format!("{:.0} ms", record.duration_ms);
    view! {
        <tr>
            <th scope="row"><At at=record.at now=page.now/></th>
            <td><Badge state label/>" "{record.sentence.clone()}</td>
            <td class="number">{took}</td>
        </tr>
    }
    .into_any()
}
