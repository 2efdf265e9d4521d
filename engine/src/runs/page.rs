//! A run as a page shows it, whatever it is about.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    actor::{Actor, Person},
    answering_version::{AnswerShares, ExpectedVersion},
    audit::AuditEntry,
    failures::Failures,
    gate::GateAnswer,
    ids::CheckId,
    measurement::Phase,
    run::Run,
    watch::WatchState,
};
use store::{Connection, audit, runs::failures};

use super::{
    CheckNow, ItemNow, SignOffPanel, answered_now, checks_now, gate_now, items_now, items_page,
    sign_off_panel,
};
use crate::Error;

/// How many lines the timeline shows.
const TIMELINE: i64 = 60;

/// A run.
#[derive(Debug, Clone)]
pub struct RunPage {
    /// The run.
    pub record: Run,
    /// The runbook it was copied from, and the number of its version.
    pub runbook: (String, i64),
    /// Its items.
    pub items: Vec<ItemNow>,
    /// How checks failed in its course.
    pub failures: HashMap<CheckId, Failures>,
    /// Which version is to answer, and which versions did in the last minutes, where the service's
    /// answers name them.
    pub answered: Option<(ExpectedVersion, AnswerShares)>,
    /// The checks there that are bound to none of them.
    pub other_checks: Vec<CheckNow>,
    /// What the gate says.
    pub gate: GateAnswer,
    /// Who has to sign.
    pub sign_off: SignOffPanel,
    /// What happened, newest first.
    pub timeline: Vec<AuditEntry>,
    /// When the page was read.
    pub now: DateTime<Utc>,
}

impl RunPage {
    /// A check that passes now and has failed in the course of the run: what is said of that.
    #[must_use]
    pub fn recovered(&self, now: &CheckNow) -> Option<String> {
        let passes = now.newest.as_ref().is_some_and(|seen| seen.phase == Phase::Successful);
        let failures = self.failures.get(&now.check.id).filter(|_| passes && !now.check.dry_run)?;
        Some(format!("{} {}", now.check.label, failures.sentence()))
    }

    /// Why what a check saw last says nothing of how things are now, as its box has it.
    #[must_use]
    pub fn too_old(&self, check: &CheckNow) -> Option<String> {
        if self.record.state == WatchState::Watching { check.too_old(self.now) } else { None }
    }
}

/// All that pages show of a run to this reader.
pub(crate) async fn run_page(
    link: &mut Connection,
    record: Run,
    runbook: (String, i64),
    person: &Person,
    now: DateTime<Utc>,
) -> Result<RunPage, Error> {
    let actor = Actor::Person(person.clone());
    let items = items_now(link, &record, now).await?;
    let gate = gate_now(link, &record, &items, now).await?;
    let mut checks = checks_now(link, &record, |_| true).await?;
    Ok(RunPage {
        items: items_page(link, &record, items, &mut checks, &actor, now).await?,
        failures: failures::of_run(link, record.id).await?,
        answered: answered_now(link, &record, now).await?,
        other_checks: checks,
        sign_off: sign_off_panel(link, &record, &gate, person, now).await?,
        timeline: audit::of_deployment(link, record.id.0, TIMELINE).await?,
        runbook,
        gate,
        record,
        now,
    })
}
