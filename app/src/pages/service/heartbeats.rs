//! The heartbeats: jobs and workers that say they are alive.

use domain::{
    heartbeat::{HeartbeatState, PingKind, RecordedPing},
    humanize,
};
use engine::{heartbeats::HeartbeatNow, services::ServiceHeartbeats};
use leptos::prelude::*;

use super::{Room, heartbeat_form::heartbeat_form, room::head};
use crate::{
    actions::RetireHeartbeat,
    components::{
        badge::Badge,
        copyable::Copyable,
        empty::Empty,
        heartbeat_state::{heartbeat_label, heartbeat_state},
        retire::retire,
        time::{Ago, At},
    },
};

/// The room.
pub fn heartbeats(page: &ServiceHeartbeats) -> AnyView {
    let rows = page.heartbeats.iter().map(|now| row(page, now)).collect_view();
    let list = (!page.heartbeats.is_empty()).then(|| view! { <ul class="evidence">{rows}</ul> });
    let nothing = page.heartbeats.is_empty().then(|| {
        let text = "No heartbeat yet. A queue worker, a cron job or a backup pings an address of its own; where it falls silent, its box fails.";
        view! { <Empty text/> }
    });
    let bad = page.heartbeats.iter().filter(|now| is_bad(now.state)).count();
    let count = match page.heartbeats.len() {
        1 => "1 heartbeat".to_owned(),
        n => format!("{n} heartbeats"),
    };
    let note = if bad == 0 { count } else { format!("{count} · {bad} silent or failed") };
    let add = (page.head.may_configure() && !page.environments.is_empty()).then(|| {
        view! { <div class="card-foot no-print">{heartbeat_form(page, None)}</div> }
    });
    view! {
        {head(&page.head, Room::Heartbeats)}
        <section class="card" aria-labelledby="heartbeats-h" id="heartbeats" tabindex="-1">
            <header class="card-head"><h2 id="heartbeats-h">"Heartbeats"</h2><p class="card-note">{note}</p></header>
            <div class="card-body stack" data-live="heartbeats">{list}{nothing}</div>
            {add}
        </section>
    }
    .into_any()
}

const fn is_bad(state: HeartbeatState) -> bool {
    matches!(state, HeartbeatState::Down | HeartbeatState::Failed)
}

fn row(page: &ServiceHeartbeats, now: &HeartbeatNow) -> AnyView {
    let record = &now.record;
    let when = record.heard.last().map(|at| view! { <Ago at=at now=page.head.now/> });
    let schedule = match (&record.cron, record.period_s) {
        (Some(cron), _) => format!("{cron} in {}", record.time_zone.as_deref().unwrap_or("UTC")),
        (None, Some(period)) => format!("every {}", humanize::duration(period)),
        (None, None) => String::new(),
    };
    let tags = [
        Some(record.environment.clone()),
        record.item.clone().map(|item| format!("box {item}")),
        Some(schedule),
        Some(format!("grace {}", humanize::duration(record.grace_s))),
    ];
    let tags: Vec<_> = tags.into_iter().flatten().collect();
    let expected =
        now.expected_at.map(|at| view! { <p>"Expected "<At at=at now=page.head.now/>"."</p> });
    let silent = (now.state == HeartbeatState::New)
        .then(|| view! { <p>"Never heard of. Have its job ping the address below."</p> });
    let address = page.head.may_configure().then(|| address(page, now));
    let change = page.head.may_configure().then(|| heartbeat_form(page, Some(record)));
    let retire = page.head.may_configure().then(|| {
        let hint = "Its pings are taken no more, and it counts no more.";
        retire::<RetireHeartbeat>("heartbeat", &page.head.service.slug, &record.key, hint)
    });
    view! {
        <li data-row="" tabindex="-1" id=format!("heartbeat-{}", record.key)>
            <div class="evidence-head">
                <Badge state=heartbeat_state(now.state) label=heartbeat_label(now.state)/>
                <b>{record.label.clone()}</b>{when}
            </div>
            {expected}{silent}
            <p class="small">{tags.join(" · ")}</p>
            <div class="item-foot">{pings(page, now)}{address}{change}{retire}</div>
        </li>
    }
    .into_any()
}

fn address(page: &ServiceHeartbeats, now: &HeartbeatNow) -> AnyView {
    let (url, label) = (now.ping_url(&page.base_url), &now.record.label);
    let shell = format!(
        "curl -fsS -m 10 --retry 3 {url}/start\nyour-job; curl -fsS -m 10 --retry 3 {url}/$?"
    );
    view! {
        <details class="disclosure" id=format!("heartbeat-{}-address", now.record.key)>
            <summary>"Where to ping"</summary>
            <div class="panel stack tight">
                <p class="hint">"Whoever knows the address may ping. It ends in nothing where all is well, in /start, /fail or an exit code."</p>
                <Copyable text=url label=format!("Address of {label}")/>
                <Copyable text=shell label=format!("Shell around the job of {label}")/>
            </div>
        </details>
    }
    .into_any()
}

fn pings(page: &ServiceHeartbeats, now: &HeartbeatNow) -> Option<AnyView> {
    if now.pings.is_empty() {
        return None;
    }
    let rows = now.pings.iter().map(|ping| ping_row(page, ping)).collect_view();
    let caption = format!("Newest pings of {}", now.record.label);
    Some(
        view! {
            <details class="disclosure" id=format!("heartbeat-{}-pings", now.record.key)>
                <summary>"Pings "<span class="count">{now.record.pings}</span></summary>
                <div class="table-wrap" tabindex="0" role="group" aria-label=caption.clone()>
                    <table class="table">
                        <caption class="sr-only">{caption.clone()}</caption>
                        <thead><tr><th scope="col">"When"</th><th scope="col">"Said"</th><th scope="col" class="number">"Took"</th><th scope="col">"From"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
        }
        .into_any(),
    )
}

fn ping_row(page: &ServiceHeartbeats, ping: &RecordedPing) -> AnyView {
    let code = ping.exit_code.map(|code| format!(" (exit code {code})")).unwrap_or_default();
    let said = match ping.kind {
        PingKind::Success => "well",
        PingKind::Start => "began",
        PingKind::Fail => "went wrong",
        PingKind::Log => "log",
    };
    let took =
        ping.duration_ms.map(|ms| humanize::duration((ms + 500) / 1_000)).unwrap_or_default();
    let body = (!ping.body.trim().is_empty())
        .then(|| view! { <small class="wrap">{ping.body.clone()}</small> });
    view! {
        <tr>
            <th scope="row"><At at=ping.at now=page.head.now/></th>
            <td>{said}{code}{body}</td>
            <td class="number">{took}</td>
            <td>{ping.source.clone()}</td>
        </tr>
    }
    .into_any()
}
