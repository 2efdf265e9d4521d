//! What is shown of duties.

use chrono::{DateTime, Utc};
use domain::{
    acts::{ItemAct, may},
    audit::AuditEntry,
    due::is_overdue,
    duty::{self, DutyState},
    gate::GateAnswer,
    ids::{DutyId, DutyRunId},
    item::ItemState,
    permissions::{Permission, permit},
    sign_off::{RoleCount, Signature, counts, may_sign},
    watch::WatchState,
    who::{Person, Who},
    words::Actor,
};
use serde::Serialize;
use store::{
    Link, audit,
    duties::{self, DutyItem, DutyRecord, DutyRun, DutySignOff},
    runbooks, services,
};
use uuid::Uuid;

use super::judge::{boxes_now, gate};
use crate::{Engine, Refusal};

/// How many past runs are shown.
const RUNS: i64 = 24;
/// How many lines the timeline shows.
const TIMELINE: i64 = 100;

/// A duty as it stands.
#[derive(Debug, Clone)]
pub struct DutyNow {
    /// The duty.
    pub record: DutyRecord,
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

/// All duties.
#[derive(Debug, Clone)]
pub struct DutiesPage {
    /// The duties that are switched on, those that wait first.
    pub duties: Vec<DutyNow>,
    /// The runbooks that recur: slug, title and cadence.
    pub runbooks: Vec<(String, String, String)>,
    /// Where they can be switched on: the service's slug and name, the environment's slug and name.
    pub places: Vec<[String; 4]>,
    /// Whether the reader may switch them on and off.
    pub may_configure: bool,
    /// When the page was read.
    pub now: DateTime<Utc>,
}

/// A run of a duty.
#[derive(Debug, Clone)]
pub struct DutyRunPage {
    /// The duty.
    pub duty: DutyRecord,
    /// The service's name.
    pub service_name: String,
    /// The run.
    pub run: DutyRun,
    /// How the run stands.
    pub state: DutyState,
    /// Its boxes.
    pub boxes: Vec<BoxNow>,
    /// Whether it may be signed off.
    pub gate: GateAnswer,
    /// The roles that have to sign.
    pub roles: Vec<RoleCount>,
    /// The signatures given.
    pub given: Vec<DutySignOff>,
    /// Why the reader cannot sign, where they cannot.
    pub may_sign: Result<String, String>,
    /// The runs of this duty, newest first.
    pub runs: Vec<DutyRun>,
    /// What happened, newest first.
    pub timeline: Vec<AuditEntry>,
    /// When the page was read.
    pub now: DateTime<Utc>,
}

/// A box of a run.
#[derive(Debug, Clone)]
pub struct BoxNow {
    /// The box.
    pub item: DutyItem,
    /// Whether it is overdue.
    pub overdue: bool,
    /// Whether the reader may tick, mark as failed, take back, waive it.
    pub may: [bool; 4],
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
    pub run: Option<RunView>,
}

/// A run as the API answers it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RunView {
    /// Its id.
    pub id: Uuid,
    /// When it opened.
    pub opened_at: DateTime<Utc>,
    /// When it has to be done.
    pub due_at: DateTime<Utc>,
    /// Its boxes.
    pub items: Vec<BoxView>,
}

/// A box as the API answers it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct BoxView {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// `human`, `automated` or `mixed`.
    pub actor: String,
    /// Whether the run waits for it.
    pub required: bool,
    /// Its state.
    pub state: String,
    /// Why.
    pub reason: String,
    /// When it is due.
    pub due_at: Option<DateTime<Utc>>,
    /// Whether it is overdue.
    pub overdue: bool,
}

impl BoxView {
    pub(super) fn of(item: &DutyItem, now: DateTime<Utc>) -> Self {
        Self {
            key: item.key.clone(),
            title: item.title.clone(),
            actor: item.actor.as_str().into(),
            required: item.required,
            state: item.state.as_str().into(),
            reason: item.reason.clone(),
            due_at: item.due_at,
            overdue: is_overdue(item.state, item.due_at, now),
        }
    }
}

impl DutyView {
    pub(super) async fn of(
        link: &mut Link,
        duty: &DutyRecord,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let (duty, items) = now_of(link, duty.clone(), now).await?;
        Ok(Self {
            service: duty.record.service.clone(),
            environment: duty.record.environment.clone(),
            runbook: duty.record.runbook.clone(),
            cadence: duty.record.cadence.as_str().into(),
            state: duty.state.as_str().into(),
            starts_at: duty.record.starts_at,
            next_at: duty.next_at,
            run: duty.open.map(|run| RunView {
                id: run.id.0,
                opened_at: run.opened_at,
                due_at: run.due_at,
                items: items.iter().map(|item| BoxView::of(item, now)).collect(),
            }),
        })
    }
}

/// A duty as it stands, with the boxes of its open run.
async fn now_of(
    link: &mut Link,
    record: DutyRecord,
    now: DateTime<Utc>,
) -> Result<(DutyNow, Vec<DutyItem>), Refusal> {
    let open = duties::open_run(link, record.id).await?;
    let newest = duties::runs_of(link, record.id, 2).await?;
    let closed = newest.into_iter().find(|run| run.closed_at.is_some());
    let items = match &open {
        None => Vec::new(),
        Some(run) => boxes_now(link, &record, run, now).await?,
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
fn next(record: &DutyRecord, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let waiting = duty::due_run(record.cadence, record.starts_at, record.passed, now);
    let after = || duty::opening(record.cadence, record.starts_at, record.passed);
    waiting.map(|(_, at)| at).or_else(after)
}

impl Engine {
    /// The duties that are switched on, those that wait first.
    ///
    /// # Errors
    /// Where the actor may not read.
    pub async fn duties(&self, who: &Who) -> Result<Vec<DutyView>, Refusal> {
        permit(who, Permission::Read, None)?;
        let now = self.now();
        let mut link = self.read().await?;
        let mut all = Vec::new();
        for record in duties::all(&mut link).await? {
            all.push(DutyView::of(&mut link, &record, now).await?);
        }
        Ok(all)
    }

    /// All that the page of duties shows.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn duties_page(&self, person: &Person) -> Result<DutiesPage, Refusal> {
        let who = Who::Person(person.clone());
        permit(&who, Permission::Read, None)?;
        let now = self.now();
        let mut connection = self.read().await?;
        let link = &mut connection;
        let names = services::environments(link).await?;
        let mut places = Vec::new();
        for service in services::all(link).await? {
            for place in services::environments_of(link, service.id).await? {
                let known = names.iter().find(|known| known.slug == place.environment);
                let name = known.map_or_else(|| place.environment.clone(), |one| one.name.clone());
                places.push([service.slug.clone(), service.name.clone(), place.environment, name]);
            }
        }
        let recurring = runbooks::published(link).await?.into_iter().filter_map(|version| {
            let cadence = version.content.applies_to.duty?.cadence.as_str().to_owned();
            Some((version.content.slug, version.content.title, cadence))
        });
        Ok(DutiesPage {
            runbooks: recurring.collect(),
            places,
            may_configure: permit(&who, Permission::Configure, None).is_ok(),
            duties: standing(link, now).await?,
            now,
        })
    }

    /// All that the page of a duty's run shows.
    ///
    /// # Errors
    /// Where there is no such run.
    pub async fn duty_run_page(
        &self,
        person: &Person,
        id: DutyRunId,
    ) -> Result<DutyRunPage, Refusal> {
        let who = Who::Person(person.clone());
        permit(&who, Permission::Read, None)?;
        let now = self.now();
        let mut connection = self.read().await?;
        let link = &mut connection;
        let Some(run) = duties::run_by_id(link, id).await? else {
            return Err(Refusal::not_found("run of a duty", id));
        };
        let Some(record) = duties::by_id(link, run.duty_id).await? else {
            return Err(Refusal::not_found("duty", DutyId(run.duty_id.0)));
        };
        let items = boxes_now(link, &record, &run, now).await?;
        let gate = gate(&items);
        let given = duties::sign_offs_of(link, id).await?;
        let signatures: Vec<_> = given
            .iter()
            .map(|given| Signature { person: given.person_id, role: given.role.clone() })
            .collect();
        let required = &run.sign_off_required;
        let works = run.closed_at.is_none() && record.retired_at.is_none();
        let watch = if works { WatchState::Watching } else { WatchState::SignedOff };
        let may_sign = may_sign(watch, &gate, required, &signatures, person, None)
            .map_err(|refusal| refusal.to_string());
        let late = items.iter().any(|item| is_overdue(item.state, item.due_at, now));
        let open = run.closed_at.is_none().then_some((run.opened_at, run.due_at, late));
        let service = services::by_id(link, record.service_id).await?;
        Ok(DutyRunPage {
            service_name: service.map_or_else(|| record.service.clone(), |known| known.name),
            state: duty::state(open, None, now),
            boxes: items.into_iter().map(|item| box_for(item, watch, &who, now)).collect(),
            gate,
            roles: counts(required, &signatures),
            given,
            may_sign,
            runs: duties::runs_of(link, record.id, RUNS).await?,
            timeline: audit::of_deployment(link, id.0, TIMELINE).await?,
            duty: record,
            run,
            now,
        })
    }
}

/// The duties that wait for somebody, most urgent first.
pub(crate) async fn waiting(link: &mut Link, now: DateTime<Utc>) -> Result<Vec<DutyNow>, Refusal> {
    let all = standing(link, now).await?;
    Ok(all.into_iter().filter(|duty| duty.state.waits()).collect())
}

/// All duties, those that wait first, the most urgent of them before the others.
async fn standing(link: &mut Link, now: DateTime<Utc>) -> Result<Vec<DutyNow>, Refusal> {
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

fn box_for(item: DutyItem, watch: WatchState, who: &Who, now: DateTime<Utc>) -> BoxNow {
    let can = |act| may(act, &item.key, item.actor, watch, who).is_ok();
    let spoken = item.person.is_some();
    let person = item.actor != Actor::Automated;
    BoxNow {
        overdue: watch == WatchState::Watching && is_overdue(item.state, item.due_at, now),
        may: [
            person && !spoken && can(ItemAct::Tick),
            person && !spoken && can(ItemAct::MarkFailed),
            spoken && can(ItemAct::Untick),
            !item.state.is_closed() && can(ItemAct::Waive),
        ],
        item,
    }
}
