//! How an indicator looked since a deployment, beside the last good one at the same time of its
//! watch.

use chrono::{DateTime, Duration, Utc};
use domain::{
    baseline::{Reference, to_pass, window_from},
    deployment::Deployment,
    indicator::{Cell, Criterion, Direction, Family, Indicator, Limit},
};
use store::{
    Connection, StoreError, indicators,
    series::{self, minute_of},
};

use crate::retention;

/// The most points of a chart.
const POINTS_MAX: i64 = 96;
/// The fewest minutes of a point: what is measured once a minute is in each, even a little late.
const EVERY_MIN: i64 = 2;
/// The spans a chart may have, in minutes: the shortest that holds what has passed is taken, so
/// that the first minutes are not a sliver.
const SPANS_MIN: [i64; 4] = [60, 360, 720, 1_440];
/// How many points to each side make the band of the reference.
const BAND_REACH: usize = 2;

/// A chart.
#[derive(Debug, Clone)]
pub struct Chart {
    /// The indicator's key.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// Its family.
    pub family: Family,
    /// Its unit.
    pub unit: String,
    /// Which way it is better.
    pub direction: Direction,
    /// Where its left edge lies.
    pub from: DateTime<Utc>,
    /// Seconds of one point.
    pub every_s: i64,
    /// The points from left to right, those to come among them; `None` where there is no data.
    pub points: Vec<Option<ChartPoint>>,
    /// How many of the points have passed.
    pub passed: usize,
    /// What it all comes to since the deployment, as a baseline would say it; `None` without data.
    pub so_far: Option<f64>,
    /// The reference's range at each point.
    pub band: Vec<Option<(f64, f64)>>,
    /// The reference's version, where there is a band.
    pub reference: Option<String>,
    /// Thresholds that have a value.
    pub limits: Vec<ChartLimit>,
    /// What the server that is asked said last, where that was no point or beside one.
    pub said: Option<(String, DateTime<Utc>)>,
    /// Until when there is data.
    pub newest: Option<DateTime<Utc>>,
}

/// A point of a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartPoint {
    /// Its value.
    pub value: f64,
    /// How many events or samples it is made of.
    pub count: u64,
}

/// A threshold as a line.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartLimit {
    /// Whether the release is to be rolled back at it; otherwise it is what passes.
    pub rollback: bool,
    /// As written.
    pub text: String,
    /// Where it lies.
    pub value: f64,
}

impl Chart {
    /// The newest value, where it is not older than two points.
    #[must_use]
    pub fn now(&self) -> Option<ChartPoint> {
        let passed = self.points.get(..self.passed)?;
        passed.iter().rev().take(2).find_map(|point| *point)
    }
}

/// The charts of a deployment: the indicators that have ever had a point there, and those that
/// ought to have.
pub(crate) async fn load(
    link: &mut Connection,
    deployment: &Deployment,
    reference: Option<&Reference>,
    now: DateTime<Utc>,
) -> Result<Vec<Chart>, StoreError> {
    // From when on there are minutes.
    let by_minute = now - Duration::days(retention::read(link).await?.minutes_d);
    let mut charts = Vec::new();
    for indicator in indicators::of_service(link, deployment.service_id).await? {
        charts.push(chart(link, deployment, reference, indicator, (now, by_minute)).await?);
    }
    charts.sort_by_key(|chart| chart.family);
    Ok(charts)
}

/// The times a chart spans: its left edge, minutes of one point, how many points.
struct Span {
    from: DateTime<Utc>,
    every: i64,
    count: i64,
    passed: i64,
}

fn span(deployment: &Deployment, now: DateTime<Utc>) -> Span {
    let since = deployment.watched_since();
    let from = window_from(since);
    let whole = (deployment.watch_ends_at - since).num_minutes().max(1);
    let end = deployment.closed_at.unwrap_or(now).min(deployment.watch_ends_at);
    let passed = (end - from).num_minutes().clamp(0, whole);
    let spans = SPANS_MIN.iter().copied().filter(|span| *span < whole);
    let length = spans.into_iter().find(|span| passed <= *span).unwrap_or(whole);
    let every = ((length + POINTS_MAX - 1) / POINTS_MAX).max(EVERY_MIN);
    let up = |minutes: i64| (minutes + every - 1) / every;
    Span { from, every, count: up(length), passed: up(passed) }
}

async fn chart(
    link: &mut Connection,
    deployment: &Deployment,
    reference: Option<&Reference>,
    indicator: Indicator,
    (now, by_minute): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Chart, StoreError> {
    let span = span(deployment, now);
    let count = usize::try_from(span.count).unwrap_or(0);
    let series = series::find(link, indicator.id, &deployment.environment).await?;
    let mut points = vec![None; count];
    let mut band = vec![None; count];
    let mut said = None;
    let mut whole = Cell::default();
    if let Some(series) = series {
        said = series::noted(link, series).await?;
        let first = minute_of(span.from);
        let passed = span.passed * span.every;
        for (at, cell) in series::stretches(link, series, first, first + passed, span.every).await?
        {
            whole.merge(&cell);
            let value = cell.value(indicator.family, &indicator.unit);
            let point = value.map(|value| ChartPoint { value, count: cell.count() });
            if let Some(slot) = usize::try_from(at).ok().and_then(|at| points.get_mut(at)) {
                *slot = point;
            }
        }
        if let Some(reference) = reference {
            // What is kept by the hour only cannot be told apart further.
            let old = reference.deployed_at < by_minute;
            let every = if old { span.every.max(60) } else { span.every };
            let first = minute_of(window_from(reference.deployed_at));
            let length = span.count * span.every;
            let seen = series::stretches(link, series, first, first + length, every).await?;
            let mut values = vec![None; usize::try_from(length / every + 1).unwrap_or(0)];
            for (at, cell) in seen {
                if let Some(slot) = usize::try_from(at).ok().and_then(|at| values.get_mut(at)) {
                    *slot = cell.value(indicator.family, &indicator.unit);
                }
            }
            band = (0..span.count)
                .map(|at| around(&values, usize::try_from(at * span.every / every).unwrap_or(0)))
                .collect();
        }
    }
    let newest = points.iter().rposition(Option::is_some).map(|at| {
        let end = i64::try_from(at + 1).unwrap_or(0) * span.every;
        (span.from + Duration::minutes(end)).min(now)
    });
    let has_band = band.iter().any(Option::is_some);
    Ok(Chart {
        from: span.from,
        every_s: span.every * 60,
        passed: usize::try_from(span.passed).unwrap_or(0).min(count),
        so_far: whole.value(indicator.family, &indicator.unit),
        limits: limits(&indicator, reference),
        reference: reference.filter(|_| has_band).map(|known| known.version.clone()),
        key: indicator.key,
        label: indicator.label,
        family: indicator.family,
        unit: indicator.unit,
        direction: indicator.direction,
        points,
        band,
        said,
        newest,
    })
}

/// The range of the values around one.
fn around(values: &[Option<f64>], at: usize) -> Option<(f64, f64)> {
    values.get(at).copied().flatten()?;
    let from = at.saturating_sub(BAND_REACH);
    let until = (at + BAND_REACH + 1).min(values.len());
    let near = values[from..until].iter().copied().flatten();
    near.fold(None, |range: Option<(f64, f64)>, value| {
        Some(range.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
    })
}

/// The thresholds that have a value: those relative to a baseline take one, at its last moment.
fn limits(indicator: &Indicator, reference: Option<&Reference>) -> Vec<ChartLimit> {
    let baseline = reference.and_then(|known| {
        let of_it = known.baselines.iter().filter(|one| one.measured.indicator == indicator.key);
        of_it.max_by_key(|one| one.moment)?.measured.summary.value
    });
    let pass =
        to_pass(&indicator.key, indicator.family, &indicator.unit, &indicator.thresholds.pass);
    let rollback = indicator.thresholds.rollback.iter().cloned().map(|text| (true, text));
    pass.into_iter()
        .map(|text| (false, text))
        .chain(rollback)
        .filter_map(|(rollback, text)| {
            let read = Criterion::parse(&text, &indicator.unit).ok()?;
            let value = match read.limit {
                Limit::Absolute(value) => value,
                Limit::Relative(_) => read.limit_at(baseline)?,
            };
            Some(ChartLimit { rollback, text, value })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_what_lies_around() {
        let values = [Some(1.0), None, Some(3.0), Some(9.0), Some(2.0), None];
        assert_eq!(around(&values, 2), Some((1.0, 9.0)));
        assert_eq!(around(&values, 4), Some((2.0, 9.0)));
        assert_eq!(around(&values, 5), None, "no data is no band");
        assert_eq!(around(&values, 9), None);
    }
}
