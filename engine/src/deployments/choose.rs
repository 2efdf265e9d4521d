//! What an announcement may choose, and what follows from the history: its kind and its runbook.
//! Both decide what the gate asks for, so neither is taken on the announcer's word alone.

use domain::{
    deployment::DeploymentKind,
    ids::ServiceId,
    runbook::{RunbookVersion, fits, select},
    watch::WatchState,
};
use store::{Tx, deployments, runbooks};

use super::AnnounceRequest;
use crate::Error;

/// The kind, where the history bears it out.
pub(super) async fn kind_of(
    tx: &mut Tx,
    service: ServiceId,
    request: &AnnounceRequest,
) -> Result<DeploymentKind, Error> {
    let (environment, version) = (&request.environment, &request.version);
    match request.kind {
        None if deployments::any(tx, service, environment).await? => Ok(DeploymentKind::Subsequent),
        None => Ok(DeploymentKind::First),
        Some(DeploymentKind::First)
            if deployments::any_signed_off(tx, service, environment).await? =>
        {
            Err(Error::field(
                "/kind",
                format!(
                    "is `first`, but a deployment was signed off on {environment} before; leave \
                     the kind out, or say `subsequent`"
                ),
            ))
        }
        Some(DeploymentKind::Rollback) => {
            let last = deployments::last_of_version(tx, service, environment, version).await?;
            let newest = deployments::newest(tx, service, environment).await?;
            let why = match last {
                None => "was never there",
                Some(last) if last.state == WatchState::RolledBack => {
                    "was rolled back there itself"
                }
                Some(last) if newest.is_some_and(|newest| newest.id == last.id) => {
                    "is what was deployed there last"
                }
                Some(_) => return Ok(DeploymentKind::Rollback),
            };
            Err(Error::field(
                "/kind",
                format!(
                    "is `rollback`, but {version} {why} ({environment}), and is no earlier version put \
                     back; say `subsequent`, or `hotfix` where it is urgent"
                ),
            ))
        }
        Some(kind) => Ok(kind),
    }
}

/// The runbook: that which is named, where it fits, else the one that fits best.
pub(super) async fn choose_runbook(
    tx: &mut Tx,
    request: &AnnounceRequest,
    kind: DeploymentKind,
) -> Result<RunbookVersion, Error> {
    let mut published = runbooks::published(tx).await?;
    let slug = match &request.runbook {
        Some(slug) => slug.clone(),
        None => {
            let contents = published.iter().map(|version| &version.content);
            let selection = select(contents, kind, &request.environment);
            match selection.runbook {
                Some(runbook) => runbook.slug.clone(),
                None => return Err(Error::conflict(selection.reason)),
            }
        }
    };
    let Some(at) = published.iter().position(|version| version.content.slug == slug) else {
        return Err(Error::field("/runbook", "names no published runbook"));
    };
    if fits(&published[at].content, kind, &request.environment) {
        return Ok(published.swap_remove(at));
    }
    let fitting = published.iter().map(|version| &version.content);
    let fitting: Vec<_> = fitting
        .filter(|one| fits(one, kind, &request.environment))
        .map(|one| one.slug.as_str())
        .collect();
    Err(Error::field(
        "/runbook",
        format!(
            "is not for a deployment of the kind {kind} on {}; those that are: {}",
            request.environment,
            fitting.join(", ")
        ),
    ))
}
