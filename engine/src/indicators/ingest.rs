//! Taking pushed points. A bad one is named; none of the good ones is lost.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use domain::{
    actor::Actor,
    event::Event,
    ids::{DeploymentId, IndicatorId, ServiceId},
    indicator::{Cell, Family, Reading, Source, impossible, whole_of},
    permissions::{Permission, authorize},
    retention::POINTS_TAKEN_D,
    validate,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Tx, deployments, indicators, series, services};

use super::Indicators;
use crate::{
    Error, FieldError,
    idempotency::{Committed, Idempotency},
};

/// The most points of a call.
const POINTS_MAX: usize = 10_000;
/// The most bad points that are named; the others are counted.
const NAMED_MAX: usize = 100;

/// Points of indicators.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointsRequest {
    /// The points, at most 10,000.
    #[schema(value_type = Vec<PointRequest>, min_items = 1, max_items = 10000)]
    pub points: Vec<Value>,
}

/// A point: a `value`, or how many events were `good` of a `total`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointRequest {
    /// The service's slug.
    pub service: String,
    /// The environment's slug.
    pub environment: String,
    /// The indicator's key.
    pub indicator: String,
    /// When it was measured.
    pub at: DateTime<Utc>,
    /// A sample in the indicator's unit.
    #[serde(default)]
    pub value: Option<f64>,
    /// Events that were good.
    #[serde(default)]
    pub good: Option<u64>,
    /// All events.
    #[serde(default)]
    pub total: Option<u64>,
}

/// What became of the points.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PointsAnswer {
    /// How many were kept.
    pub accepted: usize,
    /// How many were not.
    pub refused: usize,
    /// The first hundred of those, each with what to change.
    #[schema(value_type = Vec<PointFault>)]
    pub errors: Vec<FieldError>,
}

/// A point that was refused.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "describes `FieldError` in the API's document")]
pub struct PointFault {
    /// A JSON pointer to it, such as `/points/17/at`.
    pointer: String,
    /// What to change.
    message: String,
}

/// Where a point belongs: service, environment, indicator.
type Place = (String, String, String);

/// Points that can be read, by where they belong.
type Sorted = BTreeMap<Place, Vec<(usize, DateTime<Utc>, Reading)>>;

impl Indicators<'_> {
    /// Keeps points of pushed indicators; answers once they are durable.
    ///
    /// # Errors
    /// Where the actor may not push, or no point can be kept.
    pub async fn ingest(
        self,
        actor: &Actor,
        request: PointsRequest,
        idempotency: Option<Idempotency<PointsAnswer>>,
    ) -> Result<Committed<PointsAnswer>, Error> {
        authorize(actor, Permission::PushMeasurements, None)?;
        match request.points.len() {
            0 => return Err(Error::field("/points", "must hold at least one point")),
            1..=POINTS_MAX => {}
            n => {
                let said = format!("must be at most {POINTS_MAX} in a call, not {n}");
                return Err(Error::field("/points", said));
            }
        }
        let now = self.0.now();
        let mut bad = Vec::new();
        let sorted = sort(request.points, now, &mut bad);
        let actor = actor.clone();
        self.0
            .write_once(idempotency, move |tx| {
                Box::pin(async move { keep(tx, &actor, sorted, bad).await })
            })
            .await
    }
}

fn sort(points: Vec<Value>, now: DateTime<Utc>, bad: &mut Vec<(usize, FieldError)>) -> Sorted {
    let oldest = now - Duration::days(POINTS_TAKEN_D);
    let mut sorted = Sorted::new();
    for (at, point) in points.into_iter().enumerate() {
        match read(point, oldest, now) {
            Ok((place, when, reading)) => {
                sorted.entry(place).or_default().push((at, when, reading));
            }
            Err((field, message)) => bad.push((at, fault(at, field, message))),
        }
    }
    sorted
}

fn fault(at: usize, field: &str, message: impl Into<String>) -> FieldError {
    FieldError { pointer: format!("/points/{at}{field}"), message: message.into() }
}

type Fault = (&'static str, String);

fn read(
    point: Value,
    oldest: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(Place, DateTime<Utc>, Reading), Fault> {
    let point: PointRequest =
        serde_json::from_value(point).map_err(|error| ("", error.to_string()))?;
    validate::not_future(point.at, now).map_err(|said| ("/at", said))?;
    if point.at < oldest {
        let said = format!("is older than the {} days points are taken for", POINTS_TAKEN_D);
        return Err(("/at", said));
    }
    let reading = match (point.value, point.good, point.total) {
        (Some(value), None, None) => Reading::Value(value),
        (None, Some(good), Some(total)) if good > total => {
            return Err(("/good", format!("must be at most the total of {total}, not {good}")));
        }
        // What a database counts in.
        (None, Some(_), Some(total)) if total > 1 << 48 => {
            return Err(("/total", "must be at most 2^48".into()));
        }
        (None, Some(good), Some(total)) => Reading::Events { good, total },
        _ => return Err(("", "must have either a `value` or `good` and `total`".into())),
    };
    Ok(((point.service, point.environment, point.indicator), point.at, reading))
}

/// Keeps the points that belong somewhere.
async fn keep(
    tx: &mut Tx,
    actor: &Actor,
    sorted: Sorted,
    mut bad: Vec<(usize, FieldError)>,
) -> Result<PointsAnswer, Error> {
    let mut accepted = 0;
    for (place, points) in sorted {
        let (indicator, family, unit, open) = match belongs(tx, actor, &place).await? {
            Ok(found) => found,
            Err((field, said)) => {
                bad.extend(points.iter().map(|(at, ..)| (*at, fault(*at, field, said.clone()))));
                continue;
            }
        };
        let mut cells: BTreeMap<i64, Cell> = BTreeMap::new();
        for (at, when, reading) in points {
            if matches!(reading, Reading::Events { .. }) && whole_of(&unit).is_none() {
                let said = format!(
                    "counts events, which make a share; the indicator is in {unit}, not in % or \
                     ratio. Push a `value`"
                );
                bad.push((at, fault(at, "/good", said)));
                continue;
            }
            if let Reading::Value(value) = reading
                && let Some(said) = impossible(family, &unit, value)
            {
                bad.push((at, fault(at, "/value", said)));
                continue;
            }
            accepted += 1;
            cells.entry(series::minute_of(when)).or_default().add(reading);
        }
        let series = series::find_or_make(tx, indicator, &place.1).await?;
        series::add(tx, series, cells).await?;
        if let Some((open, service)) = open {
            tx.publish(Event::readings(open, service));
        }
    }
    bad.sort_by_key(|(at, _)| *at);
    let refused = bad.len();
    let errors: Vec<_> = bad.into_iter().take(NAMED_MAX).map(|(_, fault)| fault).collect();
    if accepted == 0 {
        return Err(Error::Invalid(errors));
    }
    Ok(PointsAnswer { accepted, refused, errors })
}

type Belongs = (IndicatorId, Family, String, Option<(DeploymentId, ServiceId)>);

/// The indicator at a place, its unit and what is being watched there; or why there is none.
async fn belongs(
    tx: &mut Tx,
    actor: &Actor,
    place: &Place,
) -> Result<Result<Belongs, Fault>, Error> {
    let (slug, environment, key) = place;
    if let Err(denied) = authorize(actor, Permission::PushMeasurements, Some(slug)) {
        return Ok(Err(("/service", denied.to_string())));
    }
    let Some(service) = services::by_slug(tx, slug).await? else {
        return Ok(Err(("/service", format!("names no service: there is no `{}`", short(slug)))));
    };
    let places = services::environments_of(tx, service.id).await?;
    if !places.iter().any(|place| place.environment == *environment) {
        let said = format!("names no environment of {slug}: there is no `{}`", short(environment));
        return Ok(Err(("/environment", said)));
    }
    let found = indicators::by_key(tx, service.id, key).await?;
    let Some(found) = found.filter(|found| found.retired_at.is_none()) else {
        let said = format!(
            "names no indicator of {slug}: PUT /api/v1/services/{slug}/indicators/{} first",
            short(key)
        );
        return Ok(Err(("/indicator", said)));
    };
    if found.source != Source::Pushed {
        let said = format!("is measured by {}; only `pushed` ones take points", found.source);
        return Ok(Err(("/indicator", said)));
    }
    let open = deployments::watching(tx, service.id, environment).await?;
    Ok(Ok((found.id, found.family, found.unit, open.map(|open| (open.id, open.service_id)))))
}

/// What was sent, short enough to be said back.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}
