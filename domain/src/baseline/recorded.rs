//! Baselines as they are recorded.

use chrono::{DateTime, Utc};

use crate::{
    baseline::{Moment, Summary},
    ids::DeploymentId,
    indicator::{Direction, Family},
};

/// What an indicator came to in a window of time, with all that was true of the indicator then.
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorSummary {
    /// The key of the indicator.
    pub indicator: String,
    /// What people call it.
    pub label: String,
    /// Its family.
    pub family: Family,
    /// Its unit.
    pub unit: String,
    /// Which way it is better.
    pub direction: Direction,
    /// What was agreed to be good then, as written.
    pub pass: Vec<String>,
    /// What it came to.
    pub summary: Summary,
    /// From when on it was measured.
    pub window_from: DateTime<Utc>,
    /// Until when.
    pub window_until: DateTime<Utc>,
    /// What it was measured by, in words.
    pub source: String,
}

/// A baseline: what an indicator came to at a fixed moment of a watch.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// Of which deployment.
    pub deployment_id: DeploymentId,
    /// When in its watch.
    pub moment: Moment,
    /// When it was captured.
    pub captured_at: DateTime<Utc>,
    /// What was measured.
    pub measured: IndicatorSummary,
}

/// What an indicator came to when somebody asked.
#[derive(Debug, Clone, PartialEq)]
pub struct ManualBaseline {
    /// Of which deployment.
    pub deployment_id: DeploymentId,
    /// When it was taken; one act takes all indicators.
    pub taken_at: DateTime<Utc>,
    /// By whom.
    pub taken_by: String,
    /// What was measured.
    pub measured: IndicatorSummary,
}

/// What a deployment is compared with: the newest one before it that was signed off and has
/// baselines.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// Its id.
    pub id: DeploymentId,
    /// Its version.
    pub version: String,
    /// When it was deployed.
    pub deployed_at: DateTime<Utc>,
    /// Its baselines, by moment.
    pub baselines: Vec<Baseline>,
}

impl Reference {
    /// The value of an indicator at a moment of its watch.
    #[must_use]
    pub fn value(&self, indicator: &str, moment: Moment) -> Option<f64> {
        let mut all = self.baselines.iter();
        let found = all.find(|one| one.measured.indicator == indicator && one.moment == moment)?;
        found.measured.summary.value
    }
}
