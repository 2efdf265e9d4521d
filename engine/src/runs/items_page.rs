//! The items of a run as a page shows them: with their checks, heartbeats, evidence and waiver, and
//! what the reader may do.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    check::ProbeSpec,
    due::is_overdue,
    evidence::Evidence,
    ids::CheckId,
    item::{Item, ItemActor},
    item_permissions::{ItemAct, authorize_item, authorize_role},
    measurement::{Measurement, Phase},
    run::Run,
    waiver::Waiver,
    watch::WatchState,
};
use store::{
    Connection, heartbeats,
    leaks::{self, Leaks},
    measurements,
    runs::{evidence, waivers},
};

use super::{CheckNow, sources::unsettled_leak};
use crate::{Error, heartbeats::HeartbeatNow};

/// How many pieces of evidence of each item the page shows.
const EVIDENCE_EACH: i64 = 8;

/// An item as it stands.
#[derive(Debug, Clone)]
pub struct ItemNow {
    /// The item.
    pub item: Item,
    /// Its heartbeats.
    pub heartbeats: Vec<HeartbeatNow>,
    /// Its checks with what they saw last.
    pub checks: Vec<CheckNow>,
    /// What was sent and received by those checks that did not pass, and what journeys saw.
    pub proofs: Vec<(CheckId, Measurement)>,
    /// Its newest evidence, newest first.
    pub evidence: Vec<Evidence>,
    /// Its waiver, expired or not.
    pub waiver: Option<Waiver>,
    /// Whether it is overdue.
    pub overdue: bool,
    /// What the reader may do.
    pub allowed: Allowed,
}

/// What the reader may do with an item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Tick or confirm it.
    pub tick: bool,
    /// Mark it as failed.
    pub mark_failed: bool,
    /// Take their or another's tick back.
    pub untick: bool,
    /// Waive it.
    pub waive: bool,
    /// End its waiver.
    pub end_waiver: bool,
    /// Have its probes run now.
    pub probe: bool,
    /// Say what was rotated after a leak of its was closed.
    pub settle_leak: bool,
}

/// The items with their checks, which are taken out of `checks`.
pub(crate) async fn items_page(
    link: &mut Connection,
    run: &Run,
    records: Vec<Item>,
    checks: &mut Vec<CheckNow>,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Vec<ItemNow>, Error> {
    let ids: Vec<_> = records.iter().map(|item| item.id).collect();
    let mut kept = evidence::of_items(link, &ids, EVIDENCE_EACH).await?;
    let waivers = waivers::not_ended(link, run.id).await?;
    let beating = heartbeats_now(link, run, now).await?;
    let leaks = if run.state == WatchState::Watching {
        leaks::unsettled(link, run.service_id, &run.environment).await?
    } else {
        Leaks::default()
    };
    let mut all = Vec::with_capacity(records.len());
    for item in records {
        let (bound, rest): (Vec<_>, Vec<_>) = std::mem::take(checks)
            .into_iter()
            .partition(|now| now.check.item.as_deref() == Some(&item.key));
        *checks = rest;
        let (mine, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut kept).into_iter().partition(|kept| kept.item_id == item.id);
        kept = others;
        let waiver = waivers.iter().find(|waiver| waiver.item_id == item.id).cloned();
        let mut proofs = Vec::new();
        let leaked = unsettled_leak(&leaks, &item.key, &bound).is_some();
        for now in &bound {
            // A journey's pictures are its evidence, also where it went through.
            let journey = matches!(now.check.spec, ProbeSpec::Journey { .. });
            let bad = now.newest.as_ref().filter(|seen| journey || seen.phase != Phase::Successful);
            if let Some(bad) = bad {
                let seen = measurements::evidence(link, now.check.id, bad.at).await?;
                proofs.extend(seen.map(|seen| (now.check.id, seen)));
            }
        }
        all.push(ItemNow {
            overdue: run.state == WatchState::Watching && is_overdue(item.state, item.due_at, now),
            allowed: Allowed {
                settle_leak: leaked && can(&item, run, actor, ItemAct::SettleLeak),
                ..allowed(&item, run, actor, waiver.is_some(), !bound.is_empty())
            },
            heartbeats: beating
                .iter()
                .filter(|one| one.record.item.as_deref() == Some(&item.key))
                .cloned()
                .collect(),
            checks: bound,
            proofs,
            evidence: mine,
            waiver,
            item,
        });
    }
    Ok(all)
}

/// The heartbeats there while a run is open; what they said in one that is closed is in the
/// items' evidence.
async fn heartbeats_now(
    link: &mut Connection,
    run: &Run,
    now: DateTime<Utc>,
) -> Result<Vec<HeartbeatNow>, Error> {
    if run.state != WatchState::Watching {
        return Ok(Vec::new());
    }
    let (service, environment) = (run.service_id, &run.environment);
    let found = heartbeats::of_environment(link, service, environment).await?;
    Ok(crate::heartbeats::now_of(link, found, now).await?)
}

fn can(item: &Item, run: &Run, actor: &Actor, act: ItemAct) -> bool {
    !run.suspended
        && authorize_item(act, &item.key, item.actor, (run.subject, run.state), actor).is_ok()
        && authorize_role(act, item.role.as_deref(), actor).is_ok()
}

fn allowed(item: &Item, run: &Run, actor: &Actor, waived: bool, probed: bool) -> Allowed {
    let can = |act| can(item, run, actor, act);
    let applies = item.not_required_because.is_none();
    let spoken = item.person.is_some();
    Allowed {
        tick: applies && !spoken && can(ItemAct::Tick),
        mark_failed: applies && !spoken && can(ItemAct::MarkFailed),
        untick: spoken && can(ItemAct::Untick),
        waive: !item.state.is_closed() && can(ItemAct::Waive),
        end_waiver: waived && can(ItemAct::EndWaiver),
        probe: probed && item.actor != ItemActor::Human && can(ItemAct::Probe),
        settle_leak: false,
    }
}
