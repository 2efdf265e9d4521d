//! What happens in the story, and when.

use chrono::{DateTime, Utc};
use domain::{
    deployment::{DeploymentKind, Strategy},
    measurement::Measurement,
};

use crate::people::Cast;

/// Something that happens at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When (UTC).
    pub at: DateTime<Utc>,
    /// What.
    pub act: Act,
}

/// What happens. `deployment` counts the announcements in the order of the plan's making.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// A runbook is published.
    Publish {
        /// Its file's name.
        file: &'static str,
        /// Its YAML.
        yaml: &'static str,
    },
    /// A rehearsal of a rollback is written down.
    Rehearse {
        /// The service's slug.
        service: String,
        /// The version it restored.
        version: String,
        /// How long it took, in seconds.
        duration_s: i64,
        /// Who did it.
        by: Cast,
    },
    /// CI announces a deployment.
    Announce {
        /// Which one.
        deployment: usize,
        /// The service's slug.
        service: String,
        /// The environment's slug.
        environment: String,
        /// The version.
        version: String,
        /// Why.
        kind: DeploymentKind,
        /// How.
        strategy: Strategy,
        /// When it was installed.
        deployed_at: DateTime<Utc>,
        /// Who installed it.
        by: Cast,
        /// What is in it.
        notes: String,
        /// The runbook, where it is chosen by name.
        runbook: Option<String>,
    },
    /// The checks of the box `perf-security` have looked; keys without the environment.
    Measure {
        /// Of which deployment.
        deployment: usize,
        /// What they saw.
        seen: Vec<(&'static str, Measurement)>,
    },
    /// What is due of the baselines is captured, as the portal does by itself.
    Capture,
    /// CI posts a result.
    Result {
        /// On which deployment.
        deployment: usize,
        /// On which box.
        item: String,
        /// Whether it passed.
        passed: bool,
        /// What was seen.
        summary: String,
        /// The number of CI's run.
        run: u32,
    },
    /// CI sends a JUnit report.
    Report {
        /// On which deployment.
        deployment: usize,
        /// On which box.
        item: String,
        /// The report.
        xml: String,
    },
    /// A person ticks.
    Tick {
        /// On which deployment.
        deployment: usize,
        /// On which box.
        item: String,
        /// Who.
        by: Cast,
        /// What they saw.
        note: String,
    },
    /// A person marks a box as failed.
    Fail {
        /// On which deployment.
        deployment: usize,
        /// On which box.
        item: String,
        /// Who.
        by: Cast,
        /// What they saw.
        note: String,
    },
    /// A person says what was rotated after a leak.
    SettleLeak {
        /// On which deployment.
        deployment: usize,
        /// On which box.
        item: String,
        /// Who.
        by: Cast,
        /// What was rotated.
        note: String,
    },
    /// An approver waives a box for a month.
    Waive {
        /// On which deployment.
        deployment: usize,
        /// On which box.
        item: String,
        /// Who.
        by: Cast,
        /// Why.
        reason: String,
    },
    /// An approver signs.
    Sign {
        /// Which deployment.
        deployment: usize,
        /// Who.
        by: Cast,
        /// What they say.
        comment: String,
    },
    /// It is rolled back.
    RollBack {
        /// Which deployment.
        deployment: usize,
        /// Who.
        by: Cast,
        /// Why.
        reason: String,
    },
    /// Somebody writes a lesson.
    Lesson {
        /// On which deployment.
        deployment: usize,
        /// Who.
        by: Cast,
        /// Its title.
        title: &'static str,
        /// Its text.
        body: &'static str,
    },
}
