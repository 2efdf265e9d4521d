//! What a check sent and what came back, word for word.

use chrono::{DateTime, Utc};
use domain::measurement::{Exchange, Finding, Measurement};
use leptos::prelude::*;

use super::{
    badge::Badge,
    phase::{phase_label, phase_state},
    time::At,
};

/// The disclosure.
pub fn proof(key: &str, seen: &Measurement, now: DateTime<Utc>) -> AnyView {
    let findings = seen.findings.iter().map(finding).collect_view();
    let exchanges = seen
        .exchanges
        .iter()
        .enumerate()
        .map(|(at, one)| exchange(key, at + 1, one))
        .collect_view();
    let silent = (seen.findings.is_empty() && seen.exchanges.is_empty())
        .then(|| view! { <li><p>"Nothing was sent."</p></li> });
    let took = format!("{:.0} ms", seen.duration_ms);
    view! {
        <details class="disclosure" id=format!("check-{key}-proof")>
            <summary>"What was sent and what came back "<span class="count">{seen.exchanges.len()}</span></summary>
            <ul class="evidence">
                <li><div class="evidence-head"><b>"Measured"</b><span>{took}</span><At at=seen.started_at now/></div></li>
                {findings}{exchanges}{silent}
            </ul>
        </details>
    }
    .into_any()
}

fn finding(one: &Finding) -> AnyView {
    view! {
        <li>
            <div class="evidence-head"><Badge state=phase_state(one.phase) label=phase_label(one.phase)/><b>{one.subject.clone()}</b></div>
            <p>{one.detail.clone()}</p>
        </li>
    }
    .into_any()
}

fn exchange(key: &str, number: usize, one: &Exchange) -> AnyView {
    let title = one.request.lines().next().unwrap_or("Request").to_owned();
    let took = format!("{} ms", one.elapsed_ms);
    let to = one.remote_addr.clone().map(|addr| view! { <span class="faint">{addr}</span> });
    let answer = if one.response_head.trim().is_empty() {
        "No answer came.".to_owned()
    } else if one.excerpt.trim().is_empty() {
        one.response_head.trim_end().to_owned()
    } else {
        format!("{}\n\n{}", one.response_head.trim_end(), one.excerpt)
    };
    view! {
        <li>
            <div class="evidence-head"><b>{format!("{number}. {title}")}</b><span>{took}</span>{to}</div>
            <pre class="code" tabindex="0" role="region" aria-label=format!("Request {number} of {key}")>{one.request.trim_end().to_owned()}</pre>
            <pre class="code" tabindex="0" role="region" aria-label=format!("Answer {number} of {key}")>{answer}</pre>
        </li>
    }
    .into_any()
}
