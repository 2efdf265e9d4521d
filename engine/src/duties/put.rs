//! Switching a duty on and off.

use chrono::{DateTime, Duration, Utc};
use domain::{
    event::Event,
    ids::{DutyId, ServiceId},
    permissions::{Permission, permit},
    runbook::{Cadence, Runbook},
    who::Who,
};
use serde::Deserialize;
use store::{
    Tx, deployments,
    duties::{self, DutyRecord},
    runbooks, services,
};

use super::{open, view::DutyView};
use crate::{Engine, Refusal, audit::entry, ids::new_id, once::Answer};

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

impl Engine {
    /// Switches a duty on for a service, or moves its times; answers it with 201 or 200.
    ///
    /// # Errors
    /// Where the actor may not, a field is at fault, or there is no such service or runbook.
    pub async fn put_duty(
        &self,
        who: &Who,
        slug: &str,
        runbook: &str,
        request: DutyRequest,
    ) -> Result<Answer, Refusal> {
        permit(who, Permission::Configure, Some(slug))?;
        let now = self.now();
        check_start(request.starts_at, now)?;
        let (who, slug, runbook) = (who.clone(), slug.to_owned(), runbook.to_owned());
        let (created, view) = self
            .write(move |tx| {
                Box::pin(async move {
                    let Some(service) = services::by_slug(tx, &slug).await? else {
                        return Err(Refusal::not_found("service", &slug));
                    };
                    let places = services::environments_of(tx, service.id).await?;
                    if !places.iter().any(|place| place.environment == request.environment) {
                        let said = "names no environment of this service";
                        return Err(Refusal::field("/environment", said));
                    }
                    let (content, cadence) = recurring(tx, &runbook).await?;
                    let before =
                        duties::find(tx, service.id, &request.environment, &runbook).await?;
                    let created = before.as_ref().is_none_or(|known| known.retired_at.is_some());
                    let starts_at = match (request.starts_at, &before) {
                        (Some(at), _) => at,
                        (None, Some(known)) if !created => known.starts_at,
                        _ => start(tx, service.id, &request.environment, cadence, now).await?,
                    };
                    let moved = before.as_ref().is_none_or(|known| {
                        known.starts_at != starts_at || known.cadence != cadence
                    });
                    let record = DutyRecord {
                        id: before.as_ref().map_or_else(|| DutyId(new_id()), |known| known.id),
                        service_id: service.id,
                        service: service.slug.clone(),
                        environment: request.environment,
                        runbook,
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
                    entry(&who, now, "duty.put", "duty", &record.runbook)
                        .says(format!("{verb} the duty {} of {slug}", content.title))
                        .with("environment", record.environment.clone())
                        .with("starts_at", record.starts_at.to_rfc3339())
                        .record(tx);
                    open::if_due(tx, record.clone(), now).await?;
                    tx.publish(Event::changed());
                    let known = duties::by_id(tx, record.id).await?.unwrap_or(record);
                    Ok((created, DutyView::of(tx, &known, now).await?))
                })
            })
            .await?;
        self.reschedule();
        let body =
            serde_json::to_string(&view).map_err(|error| Refusal::Internal(error.to_string()))?;
        Ok(Answer { status: if created { 201 } else { 200 }, body, replayed: false })
    }

    /// Switches a duty off: no more runs open, and an open one waits for nobody. Putting it brings
    /// it back.
    ///
    /// # Errors
    /// Where the actor may not or there is no such duty that is on.
    pub async fn retire_duty(
        &self,
        who: &Who,
        slug: &str,
        runbook: &str,
        environment: &str,
    ) -> Result<(), Refusal> {
        permit(who, Permission::Configure, Some(slug))?;
        let (who, slug, now) = (who.clone(), slug.to_owned(), self.now());
        let (runbook, environment) = (runbook.to_owned(), environment.to_owned());
        self.write(move |tx| {
            Box::pin(async move {
                let Some(service) = services::by_slug(tx, &slug).await? else {
                    return Err(Refusal::not_found("service", &slug));
                };
                let known = duties::find(tx, service.id, &environment, &runbook).await?;
                let Some(known) = known.filter(|known| known.retired_at.is_none()) else {
                    return Err(Refusal::not_found("duty that is switched on", &runbook));
                };
                duties::put(tx, DutyRecord { retired_at: Some(now), ..known }).await?;
                entry(&who, now, "duty.retire", "duty", &runbook)
                    .says(format!("switched off the duty {runbook} of {slug}"))
                    .with("environment", environment)
                    .record(tx);
                tx.publish(Event::changed());
                Ok(())
            })
        })
        .await?;
        self.reschedule();
        Ok(())
    }
}

fn check_start(at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), Refusal> {
    let Some(at) = at else { return Ok(()) };
    if at < now - Duration::days(BACK_D) || at > now + Duration::days(AHEAD_D) {
        let said = "must lie within a year from now, before or after";
        return Err(Refusal::field("/starts_at", said));
    }
    Ok(())
}

/// The published runbook, where it recurs.
async fn recurring(tx: &mut Tx, slug: &str) -> Result<(Runbook, Cadence), Refusal> {
    let published = runbooks::published(tx).await?;
    let Some(version) = published.into_iter().find(|version| version.content.slug == slug) else {
        return Err(Refusal::not_found("published runbook", slug));
    };
    match version.content.applies_to.duty {
        Some(duty) => Ok((version.content, duty.cadence)),
        None => Err(Refusal::conflict(format!(
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
) -> Result<DateTime<Utc>, Refusal> {
    if cadence != Cadence::Once {
        return Ok(now);
    }
    let first = deployments::first_at(tx, service, environment).await?;
    Ok(first.map_or(now, |first| first.max(now - Duration::days(BACK_D))))
}
