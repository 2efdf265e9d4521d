//! A heartbeat as a request asks for it.

use chrono::{DateTime, Utc};
use domain::{
    heartbeat::{Schedule, ScheduleError},
    validate,
};
use serde::Deserialize;

use crate::{Error, error::ValidationErrors};

/// The grace where none is asked for, in seconds.
const USUAL_GRACE_S: i64 = 300;

/// A heartbeat as it should be: a `period_s`, or `cron` with `time_zone`.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeartbeatRequest {
    /// The environment's slug.
    #[schema(min_length = 1, max_length = 64)]
    pub environment: String,
    /// Seconds from one ping to the next, 10 to 31536000.
    #[serde(default)]
    #[schema(minimum = 10, maximum = 31536000)]
    pub period_s: Option<i64>,
    /// When it is expected, as five fields such as `30 2 * * *`.
    #[serde(default)]
    #[schema(max_length = 120)]
    pub cron: Option<String>,
    /// The time zone of `cron`, such as `Europe/Berlin`; `UTC` where absent.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub time_zone: Option<String>,
    /// How late it may be, and how long a run that began may take, in seconds, 1 to 604800; 300
    /// where absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 604800)]
    pub grace_s: Option<i64>,
    /// The key of the item it is evidence for.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub item: Option<String>,
    /// What it is called on the page; its key where absent.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub label: Option<String>,
}

impl HeartbeatRequest {
    /// Its grace, in seconds.
    pub(super) fn grace_s(&self) -> i64 {
        self.grace_s.unwrap_or(USUAL_GRACE_S)
    }

    /// The time zone of its cron expression, where it has one.
    pub(super) fn zone(&self) -> Option<String> {
        self.cron.as_ref()?;
        Some(self.time_zone.clone().unwrap_or_else(|| "UTC".into()))
    }

    /// Looks at every field.
    pub(super) fn check(&self, key: &str, now: DateTime<Utc>) -> Result<(), Error> {
        let mut faults = ValidationErrors::default();
        faults.note("/key", validate::slug(key));
        match (&self.cron, self.period_s) {
            (Some(cron), None) => {
                let zone = self.zone().unwrap_or_default();
                if let Err(error) = Schedule::cron(cron, &zone, now) {
                    let field = if error == ScheduleError::Zone { "/time_zone" } else { "/cron" };
                    faults.note(field, Err(error.to_string()));
                }
            }
            (None, Some(period)) => {
                if !(10..=31_536_000).contains(&period) {
                    faults.note("/period_s", Err("must be 10 to 31536000 seconds".into()));
                }
                if self.time_zone.is_some() {
                    faults.note("/time_zone", Err("goes with `cron`, not with `period_s`".into()));
                }
            }
            (Some(_), Some(_)) => {
                faults.note("/period_s", Err("and `cron` exclude each other; give one".into()));
            }
            (None, None) => {
                faults.note("/period_s", Err("or `cron` must say when it is expected".into()));
            }
        }
        if !(1..=604_800).contains(&self.grace_s()) {
            faults.note("/grace_s", Err("must be 1 to 604800 seconds".into()));
        }
        if let Some(item) = &self.item {
            faults.note("/item", validate::slug(item));
        }
        if let Some(label) = &self.label {
            faults.note("/label", validate::line(label, 60));
        }
        faults.into_result()
    }
}
