//! The board: what is being watched, what waits on whom, what runs where.

use chrono::{DateTime, Utc};
use domain::{
    due::is_overdue,
    ids::DeploymentId,
    item::ItemState,
    watch::WatchState,
    who::{Person, Who},
    words::Actor,
};
use store::{
    deployments::{self, DeploymentFilter, DeploymentRecord},
    items::{self, ItemRecord},
    page::Page,
    services::{self, EnvironmentRecord, ServiceEnvironment, ServiceRecord},
};

use crate::{
    Engine, Refusal,
    duties::{self, DutyNow},
};

/// How many boxes that wait are looked at.
const WAITING: i64 = 400;

/// The board.
#[derive(Debug, Clone)]
pub struct Board {
    /// The open watches, newest first.
    pub watching: Vec<DeploymentRecord>,
    /// The boxes that wait on the reader, soonest due first, with their deployment.
    pub waiting_on_me: Vec<(ItemRecord, DeploymentRecord)>,
    /// The boxes that are overdue, longest first.
    pub overdue: Vec<(ItemRecord, DeploymentRecord)>,
    /// The open watches whose gate passes and that wait for a signature.
    pub to_sign: Vec<DeploymentRecord>,
    /// The duties with an open run, the most urgent first.
    pub duties: Vec<DutyNow>,
    /// The environments, in order: the columns of what runs where.
    pub environments: Vec<EnvironmentRecord>,
    /// The services: its rows.
    pub services: Vec<ServiceRecord>,
    /// The places, each with what runs there.
    pub places: Vec<(ServiceEnvironment, Option<DeploymentRecord>)>,
    /// What was rolled back last somewhere, and nobody has said since what runs there.
    pub unrestored: Vec<DeploymentRecord>,
    /// The published runbooks: slug and title.
    pub runbooks: Vec<(String, String)>,
    /// When the page was read.
    pub now: DateTime<Utc>,
}

impl Board {
    /// What was rolled back where a row and a column meet, and not said to be restored since.
    #[must_use]
    pub fn unrestored(
        &self,
        service: &ServiceRecord,
        environment: &EnvironmentRecord,
    ) -> Option<&DeploymentRecord> {
        self.unrestored
            .iter()
            .find(|one| one.service_id == service.id && one.environment == environment.slug)
    }

    /// What runs where a row and a column meet: `None` where the service has no such place.
    #[must_use]
    pub fn cell(
        &self,
        service: &ServiceRecord,
        environment: &EnvironmentRecord,
    ) -> Option<&(ServiceEnvironment, Option<DeploymentRecord>)> {
        self.places.iter().find(|(place, _)| {
            place.service_id == service.id && place.environment == environment.slug
        })
    }
}

impl Engine {
    /// The board as this reader sees it.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn board(&self, person: &Person) -> Result<Board, Refusal> {
        let now = self.now();
        let mut connection = self.read().await?;
        let link = &mut connection;
        let filter =
            DeploymentFilter { state: Some(WatchState::Watching), ..DeploymentFilter::default() };
        let watching = deployments::list(link, &filter, Page::first(200)).await?;
        let waiting = items::waiting(link, WAITING).await?;
        let of = |id: DeploymentId| watching.iter().find(|open| open.id == id).cloned();
        let who = Who::Person(person.clone());
        let mut waiting_on_me = Vec::new();
        let mut overdue = Vec::new();
        for item in waiting {
            let Some(open) = of(item.deployment_id) else { continue };
            if is_overdue(item.state, item.due_at, now) {
                overdue.push((item.clone(), open.clone()));
            }
            if waits_on_a_person(&item)
                && domain::acts::may(
                    domain::acts::ItemAct::Tick,
                    &item.key,
                    item.actor,
                    open.state,
                    &who,
                )
                .is_ok()
            {
                waiting_on_me.push((item, open));
            }
        }
        let to_sign = watching
            .iter()
            .filter(|open| open.verdict == domain::verdict::Verdict::Passed)
            .cloned()
            .collect();
        let running = deployments::running_everywhere(link).await?;
        let places = services::environments_of_all(link)
            .await?
            .into_iter()
            .map(|place| {
                let runs = crate::services::at(&running, &place);
                (place, runs)
            })
            .collect();
        Ok(Board {
            waiting_on_me,
            overdue,
            to_sign,
            duties: duties::waiting(link, now).await?,
            environments: services::environments(link).await?,
            services: services::all(link).await?,
            places,
            unrestored: deployments::unrestored(link).await?,
            runbooks: store::runbooks::titles(link).await?,
            watching,
            now,
        })
    }
}

/// Whether a person's word is what a box lacks now: a mixed one waits for its machine first.
fn waits_on_a_person(item: &ItemRecord) -> bool {
    item.person.is_none()
        && match item.actor {
            Actor::Human => true,
            Actor::Automated => false,
            Actor::Mixed => item.state == ItemState::Open && item.machine.is_some(),
        }
}
