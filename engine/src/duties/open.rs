//! Opening the runs that are due, and telling of those that are due soon or overdue. It takes
//! nothing and may run at any time, at any number of portals.

use chrono::{DateTime, Duration, Utc};
use domain::{
    due::{due_at, is_overdue},
    duty::{DutyState, due_run},
    ids::DutyRunId,
    item::ItemState,
    runbook::ItemTemplate,
    who::Who,
};
use store::{
    Tx,
    duties::{self, DutyItem, DutyRecord, DutyRun},
    runbooks::{self, RunbookVersion},
};

use super::judge::boxes_now;
use crate::{Engine, Refusal, audit::entry, engine::new_id};

/// Who opens and tells.
const WHO: Who = Who::System("duties");

impl Engine {
    /// Opens the runs of duties that are due, judges the open ones and tells of those that are due
    /// soon or overdue; answers whether anything changed.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn open_due_runs(&self) -> Result<bool, Refusal> {
        let now = self.now();
        let due: Vec<_> = duties::all(&mut self.read().await?)
            .await?
            .into_iter()
            .filter(|duty| due_run(duty.cadence, duty.starts_at, duty.passed, now).is_some())
            .collect();
        let open = duties::open_runs(&mut self.read().await?).await?;
        if due.is_empty() && open.is_empty() {
            return Ok(false);
        }
        let changed = self
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
                    Ok::<_, Refusal>(changed)
                })
            })
            .await?;
        if changed {
            self.publish(domain::event::Event::changed());
        }
        Ok(changed)
    }
}

/// Opens the run of a duty that is due, where no other is open; answers whether one was opened.
pub(super) async fn if_due(
    tx: &mut Tx,
    duty: DutyRecord,
    now: DateTime<Utc>,
) -> Result<bool, Refusal> {
    let due = due_run(duty.cadence, duty.starts_at, duty.passed, now);
    let Some((n, opened_at)) = due.filter(|_| duty.retired_at.is_none()) else { return Ok(false) };
    // One that is still open goes on; its successor's time passes with it, so that what is done
    // for the one never closes the other.
    if duties::open_run(tx, duty.id).await?.is_some() {
        duties::put(tx, DutyRecord { passed: n + 1, ..duty }).await?;
        return Ok(false);
    }
    let published = runbooks::published(tx).await?;
    let Some(version) = published.into_iter().find(|known| known.content.slug == duty.runbook)
    else {
        return Ok(false);
    };
    let run = run_of(&duty, &version, opened_at);
    duties::insert_run(tx, run.clone()).await?;
    for (position, template) in (0i64..).zip(&version.content.items) {
        duties::put_item(tx, &box_of(&run, template, position)).await?;
    }
    entry(&WHO, now, "duty.open", "duty_run", run.id)
        .run(run.id)
        .says(format!("opened {} for {} on {}", run.title, duty.service, duty.environment))
        .with("due_at", run.due_at.to_rfc3339())
        .record(tx);
    duties::put(tx, DutyRecord { passed: n + 1, ..duty }).await?;
    Ok(true)
}

fn run_of(duty: &DutyRecord, version: &RunbookVersion, opened_at: DateTime<Utc>) -> DutyRun {
    let window = i64::try_from(version.content.watch_s).unwrap_or(i64::MAX);
    let window = Duration::try_seconds(window).unwrap_or(Duration::days(30));
    DutyRun {
        id: DutyRunId(new_id()),
        duty_id: duty.id,
        runbook_version_id: version.id,
        runbook_number: version.number,
        title: version.content.title.clone(),
        description: version.content.description.clone(),
        sign_off_required: version.content.sign_off.clone(),
        opened_at,
        due_at: opened_at + window,
        told: DutyState::Open,
        closed_at: None,
    }
}

/// A box of the run, copied from its template.
fn box_of(run: &DutyRun, template: &ItemTemplate, position: i64) -> DutyItem {
    DutyItem {
        run_id: run.id,
        key: template.key.clone(),
        position,
        title: template.title.clone(),
        section: template.section.clone(),
        instructions: template.instructions.clone(),
        actor: template.actor,
        required: template.required,
        role: template.role.clone(),
        due_at: due_at(run.opened_at, template.due_s),
        state: ItemState::Open,
        reason: String::new(),
        pushed: None,
        pushed_url: None,
        machine: None,
        person: None,
        waived: None,
    }
}

/// Writes down what the boxes of an open run have come to, and tells where it is late; answers
/// whether anything changed.
async fn look_after(tx: &mut Tx, run: DutyRun, now: DateTime<Utc>) -> Result<bool, Refusal> {
    let Some(duty) = duties::by_id(tx, run.duty_id).await? else { return Ok(false) };
    let before = duties::items_of(tx, run.id).await?;
    let items = boxes_now(tx, &duty, &run, now).await?;
    let mut changed = false;
    for (old, item) in before.iter().zip(&items).filter(|(old, item)| old != item) {
        changed = true;
        duties::put_item(tx, item).await?;
        let word = |item: &DutyItem| item.machine.as_ref().map(|(word, _)| *word);
        if word(old) != word(item)
            && let Some((word, sentence)) = &item.machine
        {
            entry(&WHO, now, "duty.machine", "duty_item", &item.key)
                .run(run.id)
                .says(format!("{}: {}. {sentence}", item.title, word.as_str()))
                .with("state", item.state.as_str())
                .record(tx);
        }
    }
    let late: Vec<_> =
        items.iter().filter(|item| is_overdue(item.state, item.due_at, now)).collect();
    let open = (run.opened_at, run.due_at, !late.is_empty());
    let told = domain::duty::state(Some(open), None, now);
    if told == run.told {
        return Ok(changed);
    }
    duties::tell(tx, run.id, told).await?;
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
    Ok(true)
}
