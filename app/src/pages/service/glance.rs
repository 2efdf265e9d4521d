//! A line on each of the other rooms, with the way there.

use engine::services::{
    CheckCounts, HeartbeatCounts, IndicatorCounts, RollbackCounts, ServiceOverview,
};
use leptos::prelude::*;

use super::Room;
use crate::components::{badge::Badge, time::Ago};

/// A badge: state and word.
type Mark = Option<(&'static str, &'static str)>;

/// The card.
pub fn glance(page: &ServiceOverview) -> AnyView {
    let slug = &page.head.service.slug;
    let rooms = &page.rooms;
    let (checks, checks_mark) = checks(&rooms.checks);
    let (heartbeats, heartbeats_mark) = heartbeats(&rooms.heartbeats);
    let targets = page.head.service.targets.len();
    let settings = format!(
        "{}, {}",
        counted(page.environments.len(), "environment"),
        counted(targets, "response target")
    );
    view! {
        <section class="card" aria-labelledby="glance-h" id="glance" data-live="glance">
            <header class="card-head"><h2 id="glance-h">"At a glance"</h2></header>
            <ul class="rows">
                {line(slug, Room::Checks, checks.into_any(), checks_mark)}
                {line(slug, Room::Indicators, indicators(rooms.indicators).into_any(), None)}
                {line(slug, Room::Heartbeats, heartbeats.into_any(), heartbeats_mark)}
                {line(slug, Room::Rollback, rollback(page), rollback_mark(&rooms.rollback))}
                {line(slug, Room::Settings, settings.into_any(), None)}
            </ul>
        </section>
    }
    .into_any()
}

/// A room's line. It bears the room's name, for links from when all of them were one page.
fn line(slug: &str, room: Room, said: AnyView, mark: Mark) -> AnyView {
    view! {
        <li id=room.label().to_lowercase()>
            <div><b><a href=room.href(slug)>{room.label()}</a></b><p>{said}</p></div>
            {mark.map(|(state, label)| view! { <Badge state label/> })}
        </li>
    }
    .into_any()
}

fn counted(n: usize, what: &str) -> String {
    match n {
        0 => format!("no {what}"),
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    }
}

/// What there is, and of that what needs a look.
fn listed(all: usize, what: &str, none: &str, parts: &[(usize, &str)], well: &str) -> String {
    if all == 0 {
        return none.to_owned();
    }
    let parts: Vec<_> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, said)| format!("{n} {said}")).collect();
    let rest = if parts.is_empty() { well.to_owned() } else { parts.join(", ") };
    format!("{}, {rest}", counted(all, what))
}

fn checks(counts: &CheckCounts) -> (String, Mark) {
    let CheckCounts { all, failing, undecided, unmeasured } = *counts;
    let parts = [(failing, "failing"), (undecided, "undecided"), (unmeasured, "without a result")];
    let none = "Nothing is measured yet";
    let said = listed(all, "check", none, &parts, "all passed when last run");
    let mark = match (failing, undecided) {
        (1.., _) => Some(("failed", "Failing")),
        (_, 1..) => Some(("undecided", "Undecided")),
        _ => None,
    };
    (said, mark)
}

fn indicators(IndicatorCounts { all, agreed }: IndicatorCounts) -> String {
    match (all, agreed) {
        (0, _) => "No indicator yet".to_owned(),
        (all, 0) => format!("{}, nothing is agreed", counted(all, "indicator")),
        (all, agreed) if all == agreed => format!("{}, with thresholds", counted(all, "indicator")),
        (all, agreed) => format!("{}, {agreed} with thresholds", counted(all, "indicator")),
    }
}

fn heartbeats(counts: &HeartbeatCounts) -> (String, Mark) {
    let HeartbeatCounts { all, bad, unheard } = *counts;
    let parts = [(bad, "silent or failed"), (unheard, "never heard of")];
    let said = listed(all, "heartbeat", "No heartbeat yet", &parts, "all alive");
    (said, (bad > 0).then_some(("failed", "Silent")))
}

fn rollback(page: &ServiceOverview) -> AnyView {
    let RollbackCounts { environments, written, rehearsal, .. } = &page.rooms.rollback;
    let plan = match (*environments, *written) {
        (0, _) => return "Nothing to put back yet".into_any(),
        (_, 0) => "No plan".to_owned(),
        (1, _) => "Plan written".to_owned(),
        (all, written) if all == written => "All plans written".to_owned(),
        (all, written) => format!("{written} of {all} plans written"),
    };
    let rehearsed = match rehearsal {
        None => ", never rehearsed".into_any(),
        Some(newest) => {
            let now = page.head.now;
            view! { ", rehearsed "<Ago at=newest.fact.at now/> }.into_any()
        }
    };
    view! { {plan}{rehearsed} }.into_any()
}

fn rollback_mark(counts: &RollbackCounts) -> Mark {
    if counts.environments == 0 {
        return None;
    }
    Some(match &counts.rehearsal {
        _ if counts.written == 0 => ("undecided", "No plan"),
        None => ("undecided", "Unproven"),
        Some(newest) if !newest.fact.worked => ("failed", "Did not work"),
        Some(_) if counts.stale => ("undecided", "Too long ago"),
        Some(_) => ("done", "Rehearsed"),
    })
}
