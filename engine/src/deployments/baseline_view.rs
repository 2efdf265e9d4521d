//! A baseline as the API answers it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::baselines::BaselineRecord;

/// A baseline.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BaselineView {
    /// `15m`, `1h`, `24h` or `48h` after the deployment.
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
}

/// A stretch without a measurement, in seconds after `window_from`.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GapView {
    /// Its beginning.
    pub from_s: i64,
    /// Its end.
    pub until_s: i64,
}

impl From<BaselineRecord> for BaselineView {
    fn from(record: BaselineRecord) -> Self {
        let gaps = record.summary.gaps.into_iter();
        Self {
            moment: record.moment.as_str().into(),
            indicator: record.indicator,
            family: record.family.as_str().into(),
            value: record.summary.value,
            p95: record.summary.p95,
            unit: record.unit,
            samples: record.summary.samples,
            coverage: record.summary.coverage,
            gaps: gaps.map(|gap| GapView { from_s: gap.from_s, until_s: gap.until_s }).collect(),
            window_from: record.window_from,
            window_until: record.window_until,
            source: record.source,
            pass: record.pass,
        }
    }
}
