//! Switching a duty on and off.

use chrono::{DateTime, Duration, Utc};
use domain::{
    actor::Actor,
    duty::Duty,
    event::Event,
    ids::{DutyId, ServiceId},
    permissions::{Permission, authorize},
    runbook::{Cadence, Runbook},
};
use serde::Deserialize;
use store::{Tx, deployments, duties, runbooks, services};

use super::{Duties, open, view::DutyView};
use crate::{Error, Put, audit::entry, ids::new_id, services::find::find_service};

/// How far ahead the first run may lie, in days.
const AHEAD_D: i64 = 366;
/// How far back it may lie, in days.
const BACK_D: i64 = 366;

/// A duty to be switched on, or changed.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyRequest {
    /// The environment's slug.
    pub environment: String,
    /// When the first run opens; later ones are counted from it. Where it is not given: the first
    /// deployment there for a duty that is done once, else now.
    #[serde(default)]
    pub starts_at: Option<DateTime<Utc>>,
}

/// Switches a duty on for a service, or moves its times; answers it.
///
/// # Errors
/// Where the actor may not, a field is at fault, or there is no such service or runbook.
pub async fn put(
    tx: &mut Tx,
    actor: &Actor,
    slug: &str,
    runbook: &str,
    request: DutyRequest,
    now: DateTime<Utc>,
) -> Result<Put<Duty>, Error> {
    authorize(actor, Permission::Configure, Some(slug))?;
    check_start(request.starts_at, now)?;
    let service = find_service(tx, slug).await?;
    let places = services::environments_of(tx, service.id).await?;
    if !places.iter().any(|place| place.environment == request.environment) {
        let said = "names no environment of this service";
        return Err(Error::field("/environment", said));
    }
    let (content, cadence) = recurring(tx, runbook).await?;
    let before = duties::find(tx, service.id, &request.environment, runbook).await?;
    let created = before.as_ref().is_none_or(|known| known.retired_at.is_some());
    let starts_at = match (request.starts_at, &before) {
        (Some(at), _) => at,
        (None, Some(known)) if !created => known.starts_at,
        _ => start(tx, service.id, &request.environment, cadence, now).await?,
    };
    let moved = before
        .as_ref()
        .is_none_or(|known| known.starts_at != starts_at || known.cadence != cadence);
    let record = Duty {
        id: before.as_ref().map_or_else(|| DutyId(new_id()), |known| known.id),
        service_id: service.id,
        service: service.slug.clone(),
        environment: request.environment,
        runbook: runbook.to_owned(),
        cadence,
        starts_at,
        // Moved times are counted anew; where runs were opened before, only times
        // to come open another.
        passed: match &before {
            Some(known) if !moved && !created => known.passed,
            Some(known) if !duties::runs_of(tx, known.id, 1).await?.is_empty() => {
                domain::duty::passed(cadence, starts_at, now)
            }
            _ => 0,
        },
        retired_at: None,
        created_at: before.map_or(now, |known| known.created_at),
    };
    duties::put(tx, record.clone()).await?;
    let verb = if created { "switched on" } else { "changed" };
    entry(actor, now, "duty.put", "duty", &record.runbook)
        .says(format!("{verb} the duty {} of {slug}", content.title))
        .with("environment", record.environment.clone())
        .with("starts_at", record.starts_at.to_rfc3339())
        .record(tx);
    open::if_due(tx, record.clone(), now).await?;
    publish(tx, record.id).await?;
    let value = duties::by_id(tx, record.id).await?.unwrap_or(record);
    Ok(Put { created, value })
}

/// Switches a duty off: no more runs open, and an open one waits for nobody. Putting it brings
/// it back.
///
/// # Errors
/// Where the actor may not or there is no such duty that is on.
pub async fn retire(
    tx: &mut Tx,
    actor: &Actor,
    slug: &str,
    runbook: &str,
    environment: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    authorize(actor, Permission::Configure, Some(slug))?;
    let service = find_service(tx, slug).await?;
    let known = duties::find(tx, service.id, environment, runbook).await?;
    let Some(known) = known.filter(|known| known.retired_at.is_none()) else {
        return Err(Error::not_found("duty that is switched on", runbook));
    };
    let id = known.id;
    duties::put(tx, Duty { retired_at: Some(now), ..known }).await?;
    entry(actor, now, "duty.retire", "duty", runbook)
        .says(format!("switched off the duty {runbook} of {slug}"))
        .with("environment", environment)
        .record(tx);
    publish(tx, id).await
}

/// Has it told that a duty changed, and its open run with it.
async fn publish(tx: &mut Tx, id: DutyId) -> Result<(), Error> {
    tx.publish(Event::changed());
    if let Some(run) = duties::open_run(tx, id).await? {
        tx.publish(Event::run_changed(run.id));
    }
    Ok(())
}

impl Duties<'_> {
    /// As [`put`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`put`].
    pub async fn put(
        self,
        actor: &Actor,
        slug: &str,
        runbook: &str,
        request: DutyRequest,
    ) -> Result<Put<DutyView>, Error> {
        let (actor, slug, runbook, now) =
            (actor.clone(), slug.to_owned(), runbook.to_owned(), self.0.now());
        let Put { created, value } = self
            .0
            .write(move |tx| {
                Box::pin(async move { put(tx, &actor, &slug, &runbook, request, now).await })
            })
            .await?;
        self.0.reschedule();
        // Read after the commit, with which the newest evidence was written.
        let value = DutyView::of(&mut self.0.read().await?, &value, now).await?;
        Ok(Put { created, value })
    }

    /// As [`retire`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`retire`].
    pub async fn retire(
        self,
        actor: &Actor,
        slug: &str,
        runbook: &str,
        environment: &str,
    ) -> Result<(), Error> {
        let (actor, slug, runbook, environment, now) = (
            actor.clone(),
            slug.to_owned(),
            runbook.to_owned(),
            environment.to_owned(),
            self.0.now(),
        );
        self.0
            .write(move |tx| {
                Box::pin(
                    async move { retire(tx, &actor, &slug, &runbook, &environment, now).await },
                )
            })
            .await?;
        self.0.reschedule();
        Ok(())
    }
}

fn check_start(at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), Error> {
    let Some(at) = at else { return Ok(()) };
    if at < now - Duration::days(BACK_D) || at > now + Duration::days(AHEAD_D) {
        let said = "must lie within a year from now, before or after";
        return Err(Error::field("/starts_at", said));
    }
    Ok(())
}

/// The published runbook, where it recurs.
async fn recurring(tx: &mut Tx, slug: &str) -> Result<(Runbook, Cadence), Error> {
    let published = runbooks::published(tx).await?;
    let Some(version) = published.into_iter().find(|version| version.content.slug == slug) else {
        return Err(Error::not_found("published runbook", slug));
    };
    match version.content.applies_to.duty {
        Some(duty) => Ok((version.content, duty.cadence)),
        None => Err(Error::conflict(format!(
            "The runbook `{slug}` does not recur. Give it `applies_to.duty.cadence` to have it as \
             a duty."
        ))),
    }
}

/// When the first run opens where nobody says.
async fn start(
    tx: &mut Tx,
    service: ServiceId,
    environment: &str,
    cadence: Cadence,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, Error> {
    if cadence != Cadence::Once {
        return Ok(now);
    }
    let first = deployments::first_at(tx, service, environment).await?;
    Ok(first.map_or(now, |first| first.max(now - Duration::days(BACK_D))))
}
