//! What the pages of duties show.

use chrono::{DateTime, Utc};
use domain::{
    actor::{Actor, Person},
    duty::{self, Duty, DutyRun, DutyState},
    ids::{DutyId, DutyRunId},
    permissions::{Permission, authorize},
};
use store::{duties, runbooks, services};

use super::{
    Duties,
    view::{DutyNow, standing},
};
use crate::{
    Error,
    runs::{RunPage, run_page},
};

/// How many past runs are shown.
const RUNS: i64 = 24;

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
    pub duty: Duty,
    /// The service's name.
    pub service_name: String,
    /// The run.
    pub run: DutyRun,
    /// How the run stands.
    pub state: DutyState,
    /// Its items, who signs, what happened.
    pub page: RunPage,
    /// The runs of this duty, newest first.
    pub runs: Vec<DutyRun>,
    /// When the page was read.
    pub now: DateTime<Utc>,
}

impl Duties<'_> {
    /// All that the page of duties shows.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn page(self, person: &Person) -> Result<DutiesPage, Error> {
        let actor = Actor::Person(person.clone());
        authorize(&actor, Permission::Read, None)?;
        let now = self.0.now();
        let mut connection = self.0.read().await?;
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
            may_configure: authorize(&actor, Permission::Configure, None).is_ok(),
            duties: standing(link, now).await?,
            now,
        })
    }

    /// All that the page of a duty's run shows.
    ///
    /// # Errors
    /// Where there is no such run.
    pub async fn run_page(self, person: &Person, id: DutyRunId) -> Result<DutyRunPage, Error> {
        let actor = Actor::Person(person.clone());
        authorize(&actor, Permission::Read, None)?;
        let now = self.0.now();
        let mut connection = self.0.read().await?;
        let link = &mut connection;
        let Some(run) = duties::run_by_id(link, id).await? else {
            return Err(Error::not_found("run of a duty", id));
        };
        let Some(record) = duties::by_id(link, run.duty_id).await? else {
            return Err(Error::not_found("duty", DutyId(run.duty_id.0)));
        };
        let shown = run.run(&record);
        let runbook = (record.runbook.clone(), run.runbook_number);
        let page = run_page(link, shown, runbook, person, now).await?;
        let late = page.items.iter().any(|one| one.overdue);
        let open = run.closed_at.is_none().then_some((run.opened_at, run.due_at, late));
        let service = services::by_id(link, record.service_id).await?;
        Ok(DutyRunPage {
            service_name: service.map_or_else(|| record.service.clone(), |known| known.name),
            state: duty::state(open, None, now),
            page,
            runs: duties::runs_of(link, record.id, RUNS).await?,
            duty: record,
            run,
            now,
        })
    }
}
