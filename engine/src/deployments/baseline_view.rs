//! A baseline as the API answers it.

use chrono::{DateTime, Utc};
use domain::baseline::{Baseline, Gap, IndicatorSummary, ManualBaseline, Summary};
use serde::{Deserialize, Serialize};

/// A baseline.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BaselineView {
    /// `15m`, `1h`, `24h` or `48h` after the deployment; `manual` where somebody recorded it, which
    /// counts for nothing.
    pub moment: String,
    /// The indicator's key, such as `response_time`.
    pub indicator: String,
    /// What the indicator tells about.
    pub family: String,
    /// The value, in `unit`; `null` where too little was measured to say one.
    pub value: Option<f64>,
    /// The 95th percentile of the samples, within 1 %; `null` where there are too few.
    pub p95: Option<f64>,
    /// Its unit.
    pub unit: String,
    /// How many events or samples it is made of.
    pub samples: u64,
    /// The part of the window that was measured, 0 to 1.
    pub coverage: f64,
    /// The stretches without a measurement.
    pub gaps: Vec<GapView>,
    /// From when on it was measured: the first whole minute after the deployment.
    pub window_from: DateTime<Utc>,
    /// Until when.
    pub window_until: DateTime<Utc>,
    /// What it was measured by: a query, or in words.
    pub source: String,
    /// What was agreed to be good when it was captured.
    pub pass: Vec<String>,
    /// When it was captured.
    pub captured_at: DateTime<Utc>,
    /// Who recorded it; `null` where it was captured at a fixed moment.
    pub captured_by: Option<String>,
}

/// A stretch without a measurement, in seconds after `window_from`.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GapView {
    /// Its beginning.
    pub from_s: i64,
    /// Its end.
    pub until_s: i64,
}

impl From<Baseline> for BaselineView {
    fn from(record: Baseline) -> Self {
        Self::of(record.measured, record.moment.as_str(), record.captured_at, None)
    }
}

impl From<ManualBaseline> for BaselineView {
    fn from(record: ManualBaseline) -> Self {
        Self::of(record.measured, "manual", record.taken_at, Some(record.taken_by))
    }
}

impl BaselineView {
    fn of(
        measured: IndicatorSummary,
        moment: &str,
        captured_at: DateTime<Utc>,
        captured_by: Option<String>,
    ) -> Self {
        let Summary { value, p95, samples, coverage, gaps } = measured.summary;
        Self {
            moment: moment.into(),
            indicator: measured.indicator,
            family: measured.family.as_str().into(),
            value,
            p95,
            unit: measured.unit,
            samples,
            coverage,
            gaps: gaps.into_iter().map(GapView::from).collect(),
            window_from: measured.window_from,
            window_until: measured.window_until,
            source: measured.source,
            pass: measured.pass,
            captured_at,
            captured_by,
        }
    }
}

impl From<Gap> for GapView {
    fn from(Gap { from_s, until_s }: Gap) -> Self {
        Self { from_s, until_s }
    }
}
