//! A run as a page shows it, whatever it is about.

use chrono::{DateTime, Utc};
use domain::{
    actor::{Actor, Person},
    audit::AuditEntry,
    gate::GateAnswer,
    run::Run,
};
use store::{Connection, audit};

use super::{
    CheckNow, ItemNow, SignOffPanel, checks_now, failing_beside_now, gate_answer, items_now,
    items_page, sign_off_panel,
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
    let beside = failing_beside_now(link, &record, &items, now).await?;
    let gate = gate_answer(&record, &items, &beside);
    let mut checks = checks_now(link, &record, |_| true).await?;
    Ok(RunPage {
        items: items_page(link, &record, items, &mut checks, &actor, now).await?,
        other_checks: checks,
        sign_off: sign_off_panel(link, &record, &gate, person, now).await?,
        timeline: audit::of_deployment(link, record.id.0, TIMELINE).await?,
        runbook,
        gate,
        record,
        now,
    })
}
