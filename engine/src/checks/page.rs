//! What the page of one check shows: how it went, drawn, and its newest measurements.

use chrono::{DateTime, Duration, Utc};
use domain::{
    actor::{Actor, Person},
    check::Check,
    indicator::{Direction, Family},
    measurement::{Measurement, Newest, Phase, RecordedMeasurement},
    permissions::{Permission, authorize},
};
use store::{checks, measurements};

use super::Checks;
use crate::{
    Error,
    indicators::{Chart, ChartPoint},
    services::find::find_service,
};

/// How many hours are drawn.
const HOURS: i64 = 24;
/// How many points they are drawn in.
const POINTS: i64 = 96;
/// How many measurements stand in the table.
const ROWS: i64 = 100;

/// The page.
#[derive(Debug, Clone)]
pub struct CheckPage {
    /// The service's slug.
    pub service: String,
    /// The service's name.
    pub service_name: String,
    /// Where it looks, without what opens a door.
    pub address: String,
    /// The check.
    pub check: Check,
    /// What it saw last.
    pub newest: Option<Newest>,
    /// What was sent and received then, or shortly before.
    pub evidence: Option<Measurement>,
    /// Its values over the last day, where it has any.
    pub chart: Option<Chart>,
    /// Its newest measurements, newest first.
    pub measurements: Vec<RecordedMeasurement>,
    /// How many of the last day's said something about the service, and how many of them were good.
    pub last_day: (usize, usize),
    /// Whether the reader may change it and have it run.
    pub may_configure: bool,
    /// When the page was read.
    pub now: DateTime<Utc>,
}

impl Checks<'_> {
    /// The page of one check.
    ///
    /// # Errors
    /// Where there is no such service or check.
    pub async fn page(self, person: &Person, slug: &str, key: &str) -> Result<CheckPage, Error> {
        let actor = Actor::Person(person.clone());
        authorize(&actor, Permission::Read, Some(slug))?;
        let now = self.0.now();
        let mut connection = self.0.read().await?;
        let link = &mut connection;
        let service = find_service(link, slug).await?;
        let Some(check) = checks::by_key(link, service.id, key).await? else {
            return Err(Error::not_found("check", key));
        };
        let newest = measurements::newest(link, check.id).await?;
        let evidence = match &newest {
            None => None,
            Some(newest) => measurements::evidence(link, check.id, newest.evidence_at).await?,
        };
        let from = now - Duration::hours(HOURS);
        let values = measurements::values(link, check.id, from, now).await?;
        let said = |phase: Phase| matches!(phase, Phase::Successful | Phase::Failed);
        let good = values.iter().filter(|(_, phase, _)| *phase == Phase::Successful).count();
        let last_day = (values.iter().filter(|(_, phase, _)| said(*phase)).count(), good);
        Ok(CheckPage {
            chart: chart(&check, &values, from),
            measurements: measurements::between(
                link,
                check.id,
                DateTime::UNIX_EPOCH,
                now + Duration::days(1),
                ROWS,
            )
            .await?,
            address: probes::redacted_address(check.spec.url()),
            may_configure: authorize(&actor, Permission::Configure, Some(slug)).is_ok(),
            service: service.slug,
            service_name: service.name,
            newest,
            evidence,
            last_day,
            check,
            now,
        })
    }
}

/// The mean of the good measurements' values in each stretch of the last day.
fn chart(
    check: &Check,
    values: &[(DateTime<Utc>, Phase, Option<f64>)],
    from: DateTime<Utc>,
) -> Option<Chart> {
    let every_s = HOURS * 3_600 / POINTS;
    let mut sums = vec![(0.0, 0u64); usize::try_from(POINTS).unwrap_or(0)];
    let mut newest = None;
    for (at, phase, value) in values {
        let slot = usize::try_from((*at - from).num_seconds() / every_s).ok();
        let slot = slot.and_then(|slot| sums.get_mut(slot));
        if let (Phase::Successful, Some(value), Some(slot)) = (phase, value, slot) {
            *slot = (slot.0 + value, slot.1 + 1);
            newest = Some(*at);
        }
    }
    newest?;
    #[expect(clippy::cast_precision_loss, reason = "some thousand measurements")]
    let mean = |(sum, count): (f64, u64)| {
        (count > 0).then(|| ChartPoint { value: sum / count as f64, count })
    };
    let all = sums.iter().fold((0.0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    Some(Chart {
        key: check.key.clone(),
        label: check.label.clone(),
        family: Family::Latency,
        unit: check.spec.unit().into(),
        direction: Direction::LowerIsBetter,
        from,
        every_s,
        points: sums.into_iter().map(mean).collect(),
        passed: usize::try_from(POINTS).unwrap_or(0),
        so_far: mean(all).map(|point| point.value),
        band: vec![None; usize::try_from(POINTS).unwrap_or(0)],
        reference: None,
        limits: Vec::new(),
        said: None,
        newest,
    })
}
