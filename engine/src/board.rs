//! The board: what is being watched, what waits on whom, what runs where.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    actor::{Actor, Person},
    deployment::{Deployment, DeploymentFilter},
    due::is_overdue,
    ids::{DeploymentId, DutyRunId, RunId},
    item::{Item, ItemActor, ItemState},
    page::Page,
    permissions::{Permission, authorize},
    roles::Role,
    rollback::Unrestored,
    run::{Run, RunSubject},
    service::{Environment, Service, ServiceEnvironment},
    verdict::Verdict,
    watch::WatchState,
};
use store::{
    Connection, deployments,
    runs::{self, items, sign_offs},
    services,
};

use crate::{
    Error,
    duties::{self, DutyNow},
    handle::handle,
};

/// How many boxes that wait are looked at.
const WAITING: i64 = 400;

/// A run with an item that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRun {
    /// The run.
    pub run: Run,
    /// The deployment it is of, where it is of one.
    pub deployment: Option<Deployment>,
    /// What it is called: the service and its version, or the duty.
    pub title: String,
    /// Its page.
    pub path: String,
}

/// The board.
#[derive(Debug, Clone)]
pub struct Board {
    /// The open watches, newest first.
    pub watching: Vec<Deployment>,
    /// What the reader may have to restore by hand, newest first.
    pub to_restore: Vec<Unrestored>,
    /// The items that wait on the reader, soonest due first, with what they are of.
    pub waiting_on_me: Vec<(Item, WaitingRun)>,
    /// The items that are overdue, longest first.
    pub overdue: Vec<(Item, WaitingRun)>,
    /// The open watches whose gate passes and that wait for a signature.
    pub to_sign: Vec<Deployment>,
    /// Those whose sign-off was revoked and is not given again: told to who signed and who may.
    pub revoked: Vec<Deployment>,
    /// The duties with an open run, the most urgent first.
    pub duties: Vec<DutyNow>,
    /// The environments, in order: the columns of what runs where.
    pub environments: Vec<Environment>,
    /// The services: its rows.
    pub services: Vec<Service>,
    /// The places, each with what runs there.
    pub places: Vec<(ServiceEnvironment, Option<Deployment>)>,
    /// What was rolled back last somewhere, and nobody has said since what runs there.
    pub unrestored: Vec<Unrestored>,
    /// The published runbooks: slug and title.
    pub runbooks: Vec<(String, String)>,
    /// When the page was read.
    pub now: DateTime<Utc>,
}

impl Board {
    /// How many things wait on whoever looks.
    #[must_use]
    pub const fn waiting(&self) -> usize {
        self.to_restore.len() + self.revoked.len() + self.waiting_on_me.len()
    }

    /// What was rolled back where a row and a column meet, and not said to be restored since.
    #[must_use]
    pub fn unrestored(&self, service: &Service, environment: &Environment) -> Option<&Unrestored> {
        self.unrestored.iter().find(|one| {
            one.deployment.service_id == service.id
                && one.deployment.environment == environment.slug
        })
    }

    /// What runs where a row and a column meet: `None` where the service has no such place.
    #[must_use]
    pub fn cell(
        &self,
        service: &Service,
        environment: &Environment,
    ) -> Option<&(ServiceEnvironment, Option<Deployment>)> {
        self.places.iter().find(|(place, _)| {
            place.service_id == service.id && place.environment == environment.slug
        })
    }
}

handle! {
    /// The board.
    board: Boards
}

impl Boards<'_> {
    /// The board as this reader sees it.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn page(self, person: &Person) -> Result<Board, Error> {
        let now = self.0.now();
        let mut connection = self.0.read().await?;
        let link = &mut connection;
        let filter =
            DeploymentFilter { state: Some(WatchState::Watching), ..DeploymentFilter::default() };
        let watching = deployments::list(link, &filter, Page::first(200)).await?;
        let waiting = items::waiting(link, WAITING).await?;
        let actor = Actor::Person(person.clone());
        let mut known: HashMap<RunId, Option<WaitingRun>> = HashMap::new();
        let mut waiting_on_me = Vec::new();
        let mut overdue = Vec::new();
        for item in waiting {
            let found = match known.get(&item.run_id) {
                Some(found) => found.clone(),
                None => {
                    let found = waiting_run(link, item.run_id, &watching).await?;
                    known.insert(item.run_id, found.clone());
                    found
                }
            };
            let Some(of) = found else { continue };
            if is_overdue(item.state, item.due_at, now) {
                overdue.push((item.clone(), of.clone()));
            }
            let tick = domain::item_permissions::ItemAct::Tick;
            if waits_on_a_person(&item)
                && domain::item_permissions::authorize_item(
                    tick,
                    &item.key,
                    item.actor,
                    (of.run.subject, of.run.state),
                    &actor,
                )
                .is_ok()
            {
                waiting_on_me.push((item, of));
            }
        }
        // Of all that are open, not only of those that are listed.
        let (taken_back, mut to_sign): (Vec<_>, Vec<_>) = deployments::waiting_for_signatures(link)
            .await?
            .into_iter()
            .partition(|one| one.run().standing_revocation().is_some());
        to_sign.retain(|one| one.verdict == Verdict::Passed);
        let mut revoked = Vec::new();
        for open in taken_back {
            let signed = sign_offs::of_run(link, open.id.into()).await?;
            let mine = signed.iter().any(|one| one.person_id == person.id);
            if mine || person.role >= Role::Approver {
                revoked.push(open);
            }
        }
        let running = deployments::running_everywhere(link).await?;
        let places = services::environments_of_all(link)
            .await?
            .into_iter()
            .map(|place| {
                let runs = crate::services::at(&running, &place);
                (place, runs)
            })
            .collect();
        let unrestored = deployments::unrestored(link).await?;
        let to_restore = unrestored
            .iter()
            .filter(|one| one.waits_on_a_person() && may_restore(&actor, &one.deployment))
            .cloned()
            .collect();
        Ok(Board {
            to_restore,
            waiting_on_me,
            overdue,
            to_sign,
            revoked,
            duties: duties::waiting(link, now).await?,
            environments: services::environments(link).await?,
            services: services::all(link).await?,
            places,
            unrestored,
            runbooks: store::runbooks::titles(link).await?,
            watching,
            now,
        })
    }
}

/// The run an item that waits is of.
async fn waiting_run(
    link: &mut Connection,
    id: RunId,
    watching: &[Deployment],
) -> Result<Option<WaitingRun>, Error> {
    let Some(run) = runs::by_id(link, id).await? else { return Ok(None) };
    Ok(match run.subject {
        RunSubject::Deployment => {
            let deployment = watching.iter().find(|open| RunId::from(open.id) == id).cloned();
            let deployment = match deployment {
                Some(open) => Some(open),
                None => deployments::by_id(link, DeploymentId(id.0)).await?,
            };
            deployment.map(|open| WaitingRun {
                title: format!("{} {} on {}", open.service, open.version, open.environment),
                path: format!("/deployments/{}", open.id),
                deployment: Some(open),
                run,
            })
        }
        RunSubject::Duty => {
            let of = store::duties::run_by_id(link, DutyRunId(id.0)).await?;
            of.map(|duty| WaitingRun {
                title: format!("{} of {} on {}", duty.title, run.service, run.environment),
                path: format!("/duties/{id}"),
                deployment: None,
                run,
            })
        }
    })
}

/// Whether what was taken off waits on this reader: who may roll back may restore.
fn may_restore(actor: &Actor, taken_off: &Deployment) -> bool {
    authorize(actor, Permission::RollBack, Some(&taken_off.service)).is_ok()
}

/// Whether a person's word is what a box lacks now: a mixed one waits for its machine first.
fn waits_on_a_person(item: &Item) -> bool {
    item.person.is_none()
        && match item.actor {
            ItemActor::Human => true,
            ItemActor::Automated => false,
            ItemActor::Mixed => item.state == ItemState::Open && item.machine.is_some(),
        }
}
