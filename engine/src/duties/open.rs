//! Opening the runs that are due, and telling of those that are due soon or overdue. It takes
//! nothing and may run at any time, at any number of portals.

use chrono::{DateTime, Duration, Utc};
use domain::{
    actor::Actor,
    due::is_overdue,
    duty::{Duty, DutyRun, DutyState, due_run},
    event::Event,
    ids::DutyRunId,
    runbook::RunbookVersion,
};
use store::{Tx, duties, runbooks, runs::items, services};

use super::Duties;
use crate::{
    Error,
    audit::entry,
    checks,
    ids::new_id_at,
    runs::{evaluate_all, open_items},
};

/// Who opens and tells.
const WHO: Actor = Actor::System("duties");

impl Duties<'_> {
    /// Opens the runs of duties that are due, and tells of those that are due
    /// soon or overdue; answers whether anything changed.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn open_due_runs(self) -> Result<bool, Error> {
        let now = self.0.now();
        let due: Vec<_> = duties::all(&mut self.0.read().await?)
            .await?
            .into_iter()
            .filter(|duty| due_run(duty.cadence, duty.starts_at, duty.passed, now).is_some())
            .collect();
        let open = duties::open_runs(&mut self.0.read().await?).await?;
        if due.is_empty() && open.is_empty() {
            return Ok(false);
        }
        let changed = self
            .0
            .write(move |tx| {
                Box::pin(async move {
                    let mut changed = false;
                    for duty in due {
                        // It may have changed since it was read.
                        if let Some(duty) = duties::by_id(tx, duty.id).await? {
                            changed |= if_due(tx, duty, now).await?;
                        }
                    }
                    for run in duties::open_runs(tx).await? {
                        changed |= look_after(tx, run, now).await?;
                    }
                    Ok::<_, Error>(changed)
                })
            })
            .await?;
        if changed {
            // Checks of a run that opened have to run.
            self.0.reschedule();
        }
        Ok(changed)
    }
}

/// Opens the run of a duty that is due, where no other is open; answers whether one was opened.
pub(super) async fn if_due(tx: &mut Tx, duty: Duty, now: DateTime<Utc>) -> Result<bool, Error> {
    let due = due_run(duty.cadence, duty.starts_at, duty.passed, now);
    let Some((n, opened_at)) = due.filter(|_| duty.retired_at.is_none()) else { return Ok(false) };
    // One that is still open goes on; its successor's time passes with it, so that what is done
    // for the one never closes the other.
    if duties::open_run(tx, duty.id).await?.is_some() {
        duties::put(tx, Duty { passed: n + 1, ..duty }).await?;
        return Ok(false);
    }
    let published = runbooks::published(tx).await?;
    let Some(version) = published.into_iter().find(|known| known.content.slug == duty.runbook)
    else {
        return Ok(false);
    };
    let run = run_of(&duty, &version, opened_at, now);
    let Some(service) = services::by_id(tx, duty.service_id).await? else { return Ok(false) };
    duties::insert_run(tx, &duty, run.clone()).await?;
    let record = run.run(&duty);
    open_items(tx, &service, &record, &version.content.items, |_| None, now).await?;
    entry(&WHO, now, "duty.open", "duty_run", run.id)
        .run(run.id)
        .says(format!("opened {} for {} on {}", run.title, duty.service, duty.environment))
        .with("due_at", run.due_at.to_rfc3339())
        .record(tx);
    duties::put(tx, Duty { passed: n + 1, ..duty }).await?;
    tx.publish(Event::run_changed(run.id));
    Ok(true)
}

fn run_of(
    duty: &Duty,
    version: &RunbookVersion,
    opened_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> DutyRun {
    let window = i64::try_from(version.content.watch_s).unwrap_or(i64::MAX);
    let required = version.content.items.iter().filter(|item| item.required).count();
    let window = Duration::try_seconds(window).unwrap_or(Duration::days(30));
    DutyRun {
        // The scheduler reads out of it since when the run is there.
        id: DutyRunId(new_id_at(now)),
        duty_id: duty.id,
        runbook_version_id: version.id,
        runbook_number: version.number,
        title: version.content.title.clone(),
        description: version.content.description.clone(),
        sign_off_required: version.content.sign_off.clone(),
        required_items: i64::try_from(required).unwrap_or(i64::MAX),
        opened_at,
        due_at: opened_at + window,
        last_reminder: DutyState::Open,
        closed_at: None,
    }
}

/// Looks at an open run: evaluates one that has not been, and tells where it is late; answers whether
/// anything changed.
async fn look_after(tx: &mut Tx, run: DutyRun, now: DateTime<Utc>) -> Result<bool, Error> {
    let Some(duty) = duties::by_id(tx, run.duty_id).await? else { return Ok(false) };
    let id = run.id.into();
    let record = tx.run(id).await?;
    // One from before duties had evidence and probes has not been asked about since.
    if let Some(record) = record.filter(|record| record.reason.is_empty())
        && let Some(service) = services::by_id(tx, duty.service_id).await?
    {
        checks::sync_built_in(tx, &service, &duty.environment, None, now).await?;
        evaluate_all(tx, &record, now).await?;
    }
    let items = items::of_run(tx, id).await?;
    let late: Vec<_> =
        items.iter().filter(|item| is_overdue(item.state, item.due_at, now)).collect();
    let open = (run.opened_at, run.due_at, !late.is_empty());
    let told = domain::duty::state(Some(open), None, now);
    if told == run.last_reminder {
        return Ok(false);
    }
    duties::set_reminder(tx, run.id, told).await?;
    let sentence = match told {
        DutyState::DueSoon => format!("{} of {} is due soon", run.title, duty.service),
        DutyState::Overdue => {
            let keys: Vec<_> = late.iter().map(|item| item.key.as_str()).collect();
            let what = if keys.is_empty() { "its time is up".to_owned() } else { keys.join(", ") };
            format!("{} of {} is overdue: {what}", run.title, duty.service)
        }
        // What was overdue was done; there is nothing to tell.
        _ => return Ok(true),
    };
    entry(&WHO, now, "duty.remind", "duty_run", run.id)
        .run(run.id)
        .says(sentence)
        .with("due_at", run.due_at.to_rfc3339())
        .record(tx);
    tx.publish(Event::run_changed(id));
    Ok(true)
}
