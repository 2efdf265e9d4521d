//! Finding a run, and an item of it.

use domain::{
    actor::Actor,
    deployment::Deployment,
    ids::{DeploymentId, DutyRunId, RunId},
    item::Item,
    run::{Run, RunSubject},
};
use store::{Connection, StoreError, Tx, deployments, runs};

use crate::Error;

/// Which run, and what the asker takes it for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunRef {
    /// Its id.
    pub id: RunId,
    /// What it has to be about; `None` where either will do.
    subject: Option<RunSubject>,
}

impl From<RunId> for RunRef {
    fn from(id: RunId) -> Self {
        Self { id, subject: None }
    }
}

impl From<DeploymentId> for RunRef {
    fn from(id: DeploymentId) -> Self {
        Self { id: id.into(), subject: Some(RunSubject::Deployment) }
    }
}

impl From<DutyRunId> for RunRef {
    fn from(id: DutyRunId) -> Self {
        Self { id: id.into(), subject: Some(RunSubject::Duty) }
    }
}

impl RunRef {
    /// The run, where it is about what was asked for.
    pub(super) fn among(self, found: Option<Run>) -> Result<Run, Error> {
        let fits = |run: &Run| self.subject.is_none_or(|subject| subject == run.subject);
        found.filter(fits).ok_or_else(|| {
            let what = match self.subject {
                Some(RunSubject::Deployment) => "deployment",
                Some(RunSubject::Duty) => "run of a duty",
                None => "run",
            };
            Error::not_found(what, self.id)
        })
    }
}

/// The run as it stands on this connection.
pub(crate) async fn record_of(link: &mut Connection, at: RunRef) -> Result<Run, Error> {
    at.among(runs::by_id(link, at.id).await?)
}

/// The run, to act on it.
pub(super) async fn find_run(tx: &mut Tx, at: RunRef) -> Result<Run, Error> {
    let run = at.among(tx.run(at.id).await?)?;
    if run.suspended {
        let said = "This duty is switched off. Switch it on again to go on with its run.";
        return Err(Error::conflict(said));
    }
    Ok(run)
}

/// The run and its item of that key, to act on it.
pub(super) async fn find_item(tx: &mut Tx, at: RunRef, key: &str) -> Result<(Run, Item), Error> {
    let run = find_run(tx, at).await?;
    match tx.item(run.id, key).await? {
        Some(item) => Ok((run, item)),
        None => Err(Error::not_found("item in this run with the key", key)),
    }
}

/// The deployment a run's rules look at: its own, or for a duty what runs there now.
pub(crate) async fn deployment_of(
    link: &mut Connection,
    run: &Run,
) -> Result<Option<Deployment>, StoreError> {
    match run.subject {
        RunSubject::Deployment => deployments::by_id(link, DeploymentId(run.id.0)).await,
        RunSubject::Duty => deployments::running(link, run.service_id, &run.environment).await,
    }
}

/// What the background says it does a run's items as.
pub(super) const WATCH: Actor = Actor::System("watch");
