//! What is shown of duties.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    due::is_overdue,
    duty::{self, Duty, DutyRun, DutyState},
    item::{Item, ItemState},
    permissions::{Permission, authorize},
};
use serde::Serialize;
use store::{Connection, duties, runbooks, runs::evidence};
use uuid::Uuid;

use super::Duties;
use crate::{
    Error,
    runs::{EVIDENCE_EACH, ItemView, items_now},
};

/// A duty as it stands.
#[derive(Debug, Clone)]
pub struct DutyNow {
    /// The duty.
    pub record: Duty,
    /// What its runbook is called.
    pub title: String,
    /// How it stands.
    pub state: DutyState,
    /// Its open run.
    pub open: Option<DutyRun>,
    /// How many boxes of the open run are closed, of how many required ones.
    pub closed: (usize, usize),
    /// The keys of the open run's boxes that failed.
    pub failed: Vec<String>,
    /// The keys of the open run's boxes that are overdue.
    pub overdue: Vec<String>,
    /// The run before.
    pub last: Option<DutyRun>,
    /// When the next run opens.
    pub next_at: Option<DateTime<Utc>>,
}

/// A duty as the API answers it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DutyView {
    /// Its service's slug.
    pub service: String,
    /// The environment's slug.
    pub environment: String,
    /// The runbook's slug.
    pub runbook: String,
    /// `once`, `weekly`, `monthly`, `quarterly` or `yearly`.
    pub cadence: String,
    /// `planned`, `open`, `due_soon`, `overdue` or `finished`.
    pub state: String,
    /// When the first run opens or opened.
    pub starts_at: DateTime<Utc>,
    /// When the next run opens.
    pub next_at: Option<DateTime<Utc>>,
    /// The open run.
    pub run: Option<DutyRunView>,
}

/// A run as the API answers it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DutyRunView {
    /// Its id.
    pub id: Uuid,
    /// When it opened.
    pub opened_at: DateTime<Utc>,
    /// When it has to be done.
    pub due_at: DateTime<Utc>,
    /// Its boxes.
    pub items: Vec<ItemView>,
}

impl DutyView {
    pub(super) async fn of(
        link: &mut Connection,
        duty: &Duty,
        now: DateTime<Utc>,
    ) -> Result<Self, Error> {
        let (duty, items) = now_of(link, duty.clone(), now).await?;
        let ids: Vec<_> = items.iter().map(|item| item.id).collect();
        let kept = evidence::of_items(link, &ids, EVIDENCE_EACH).await?;
        Ok(Self {
            service: duty.record.service.clone(),
            environment: duty.record.environment.clone(),
            runbook: duty.record.runbook.clone(),
            cadence: duty.record.cadence.as_str().into(),
            state: duty.state.as_str().into(),
            starts_at: duty.record.starts_at,
            next_at: duty.next_at,
            run: duty.open.map(|run| DutyRunView {
                id: run.id.0,
                opened_at: run.opened_at,
                due_at: run.due_at,
                items: items.iter().map(|item| ItemView::of(item, &kept, now)).collect(),
            }),
        })
    }
}

/// A duty as it stands, with the boxes of its open run.
async fn now_of(
    link: &mut Connection,
    record: Duty,
    now: DateTime<Utc>,
) -> Result<(DutyNow, Vec<Item>), Error> {
    let open = duties::open_run(link, record.id).await?;
    let newest = duties::runs_of(link, record.id, 2).await?;
    let closed = newest.into_iter().find(|run| run.closed_at.is_some());
    let items = match &open {
        None => Vec::new(),
        Some(run) => items_now(link, &run.run(&record), now).await?,
    };
    let overdue: Vec<_> = items
        .iter()
        .filter(|item| is_overdue(item.state, item.due_at, now))
        .map(|item| item.key.clone())
        .collect();
    let next_at = next(&record, now);
    let standing = open.as_ref().map(|run| (run.opened_at, run.due_at, !overdue.is_empty()));
    let required = items.iter().filter(|item| item.required);
    let titles = runbooks::titles(link).await?;
    let title = titles.into_iter().find(|(slug, _)| *slug == record.runbook);
    let found = DutyNow {
        title: title.map_or_else(|| record.runbook.clone(), |(_, title)| title),
        state: duty::state(standing, next_at, now),
        closed: (required.clone().filter(|item| item.state.is_closed()).count(), required.count()),
        failed: items
            .iter()
            .filter(|item| item.state == ItemState::Failed)
            .map(|item| item.key.clone())
            .collect(),
        overdue,
        open,
        last: closed,
        next_at,
        record,
    };
    Ok((found, items))
}

/// When the next run opens; one whose time has come opens when the one before it is done.
fn next(record: &Duty, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let waiting = duty::due_run(record.cadence, record.starts_at, record.passed, now);
    let after = || duty::opening(record.cadence, record.starts_at, record.passed);
    waiting.map(|(_, at)| at).or_else(after)
}

impl Duties<'_> {
    /// The duties that are switched on of the services the actor may read, those that wait first.
    ///
    /// # Errors
    /// Where the actor may not read.
    pub async fn list(self, actor: &Actor) -> Result<Vec<DutyView>, Error> {
        authorize(actor, Permission::Read, None)?;
        let now = self.0.now();
        let mut link = self.0.read().await?;
        let mut all = Vec::new();
        for record in duties::all(&mut link).await? {
            // A token that is limited to services hears of no other.
            if authorize(actor, Permission::Read, Some(&record.service)).is_err() {
                continue;
            }
            all.push(DutyView::of(&mut link, &record, now).await?);
        }
        Ok(all)
    }
}

/// The duties that wait for somebody, most urgent first.
pub(crate) async fn waiting(
    link: &mut Connection,
    now: DateTime<Utc>,
) -> Result<Vec<DutyNow>, Error> {
    let all = standing(link, now).await?;
    Ok(all.into_iter().filter(|duty| duty.state.waits()).collect())
}

/// All duties, those that wait first, the most urgent of them before the others.
pub(super) async fn standing(
    link: &mut Connection,
    now: DateTime<Utc>,
) -> Result<Vec<DutyNow>, Error> {
    let mut all = Vec::new();
    for record in duties::all(link).await? {
        all.push(now_of(link, record, now).await?.0);
    }
    let rank = |duty: &DutyNow| match duty.state {
        DutyState::Overdue => 0,
        DutyState::DueSoon => 1,
        DutyState::Open => 2,
        DutyState::Planned => 3,
        DutyState::Finished => 4,
    };
    let when = |duty: &DutyNow| duty.open.as_ref().map(|run| run.due_at).or(duty.next_at);
    all.sort_by_key(|duty| (rank(duty), when(duty)));
    Ok(all)
}
