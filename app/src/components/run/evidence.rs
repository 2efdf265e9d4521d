//! What stands behind a box: its checks' last words, and everything people and scripts said.

use engine::runs::{ItemNow, RunPage};
use leptos::prelude::*;

use crate::{
    components::{
        badge::Badge, measurement_details::proof, phase::seen_state, screenshots::pictures,
        time::Ago,
    },
    pages::service::Room,
};

/// The disclosure; nothing where there is no evidence.
pub fn evidence(page: &RunPage, now: &ItemNow) -> Option<AnyView> {
    let at = page.now;
    let seen = now.checks.iter().filter_map(|bound| Some((bound, bound.newest.as_ref()?)));
    let mut entries: Vec<AnyView> = seen
        .map(|(bound, newest)| {
            let check = &bound.check;
            let too_old = page.too_old(bound);
            let (state, label) = seen_state(newest.phase, too_old.is_some());
            let took = format!("{:.0} ms", newest.duration_ms);
            let bad = now.proofs.iter().find(|(id, _)| *id == check.id);
            let strip = bad.and_then(|(id, seen)| pictures(*id, &check.label, seen));
            let exchanged = match bad {
                Some((_, seen)) => proof(&check.key, seen, at),
                None => all_of(page, &check.key),
            };
            view! {
                <li>
                    <div class="evidence-head">
                        <Badge state label/><b>{check.label.clone()}</b>
                        <Ago at=newest.at now=at/>
                    </div>
                    <p>{newest.sentence.clone()}" "<span class="faint">{took}</span></p>
                    {too_old.map(|why| view! { <p class="small">{why}</p> })}
                    {strip}
                    {exchanged}
                </li>
            }
            .into_any()
        })
        .collect();
    entries.extend(now.evidence.iter().map(|kept| {
        let (state, label) = match kept.status.as_str() {
            "passed" => ("passed", "Passed"),
            "failed" => ("failed", "Failed"),
            "unticked" => ("open", "Taken back"),
            _ => ("undecided", "Undecided"),
        };
        let more = kept.url.clone().map(|url| {
            view! { <p><a href=url.clone() rel="noopener noreferrer">{url.clone()}</a></p> }
        });
        let details = (kept.details != "{}" && !kept.details.is_empty()).then(|| {
            let label = format!("Details from {}", kept.source_name);
            let text = pretty(&kept.details);
            view! { <pre class="code" tabindex="0" role="region" aria-label=label>{text}</pre> }
        });
        view! {
            <li>
                <div class="evidence-head">
                    <Badge state label/><b>{kept.source_name.clone()}</b><Ago at=kept.at now=at/>
                </div>
                <p>{kept.summary.clone()}</p>
                {more}
                {details}
            </li>
        }
        .into_any()
    }));
    if entries.is_empty() {
        return None;
    }
    let count = entries.len();
    let replaced = (!now.item.reports.is_empty()).then(|| {
        view! {
            <p class="small muted">"A report stands until a newer one takes its place: one sent with "<code>"?name="</code>" and its name, or, where neither was sent with a name, one of the same tests."</p>
        }
    });
    Some(
        view! {
            <details class="disclosure" id=format!("{}-evidence", now.item.key) data-key="e">
                <summary>"Evidence "<span class="count">{count}</span></summary>
                {replaced}
                <ul class="evidence">{entries}</ul>
            </details>
        }
        .into_any(),
    )
}

/// Where the requests and answers of a check stand that found nothing wrong: they would make up
/// most of this page.
fn all_of(page: &RunPage, key: &str) -> AnyView {
    let href = format!("{}/{key}#newest", Room::Checks.href(&page.record.service));
    view! {
        <p class="small"><a href=href>"What was sent and what came back"<span class="sr-only">{format!(" in {key}")}</span></a></p>
    }
    .into_any()
}

fn pretty(details: &str) -> String {
    serde_json::from_str::<serde_json::Value>(details)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| details.to_owned())
}
