//! The fault switches: what is broken on purpose, changed while the shop runs.

use std::{
    str::FromStr,
    sync::{
        Mutex, PoisonError, RwLock,
        atomic::{AtomicU32, Ordering},
    },
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Longest delay `slow_ms` may add, in milliseconds.
pub const SLOW_MAX_MS: u64 = 60_000;

/// The state of every switch. All off is a healthy shop.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// Milliseconds added to each answer of the shop.
    #[serde(alias = "slow")]
    pub slow_ms: u64,
    /// Percentage of page requests answered by a 500.
    #[serde(alias = "errors")]
    pub errors_percent: u8,
    /// `/.env` is served.
    pub env_exposed: bool,
    /// `/.git/` is served.
    pub git_exposed: bool,
    /// Error pages show a stack trace and the environment.
    pub debug_on: bool,
    /// Whose debug page is shown.
    pub debug_style: DebugStyle,
    /// The mail server refuses every message.
    pub mail_broken: bool,
    /// The mail server accepts messages and loses them.
    pub mail_dropped: bool,
    /// The payment gateway answers 503.
    pub payment_down: bool,
    /// The queue worker takes no job and sends no heartbeat.
    pub worker_stopped: bool,
    /// The database does not answer the health check.
    pub health_down: bool,
    /// HTTPS answers lack `Strict-Transport-Security`.
    pub hsts_off: bool,
    /// Every address answers 200 with the home page.
    pub catch_all: bool,
}

/// The framework whose debug page is imitated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DebugStyle {
    /// Laravel's.
    #[default]
    Laravel,
    /// Django's.
    Django,
}

/// Why a change of the switches was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FaultError {
    /// The change is no JSON object.
    #[error("send a JSON object of switches, such as {{\"slow_ms\": 400}}")]
    NotAnObject,
    /// A switch does not exist or its value is of the wrong type.
    #[error("{0}")]
    Invalid(String),
    /// A number is out of its range.
    #[error("{name} must be between 0 and {max}")]
    Range {
        /// The switch.
        name: &'static str,
        /// Its highest value.
        max: u64,
    },
}

impl Switches {
    /// These switches with `change`, an object of some of them, applied.
    ///
    /// # Errors
    /// Names what is unknown, of the wrong type or out of range; nothing is applied then.
    pub fn with(&self, change: &Value) -> Result<Self, FaultError> {
        let change = change.as_object().ok_or(FaultError::NotAnObject)?;
        let mut all = match serde_json::to_value(self) {
            Ok(Value::Object(all)) => all,
            _ => Map::new(),
        };
        for (name, value) in change {
            let name = match name.as_str() {
                "slow" => "slow_ms",
                "errors" => "errors_percent",
                other => other,
            };
            all.insert(name.to_owned(), value.clone());
        }
        let new: Self = serde_json::from_value(Value::Object(all))
            .map_err(|error| FaultError::Invalid(error.to_string()))?;
        if new.slow_ms > SLOW_MAX_MS {
            return Err(FaultError::Range { name: "slow_ms", max: SLOW_MAX_MS });
        }
        if new.errors_percent > 100 {
            return Err(FaultError::Range { name: "errors_percent", max: 100 });
        }
        Ok(new)
    }
}

/// The switches as the running shop shares them.
#[derive(Debug, Default)]
pub struct Faults {
    switches: RwLock<Switches>,
    changing: Mutex<()>,
    error_debt: AtomicU32,
}

impl Faults {
    /// Switches that start as given.
    pub fn new(switches: Switches) -> Self {
        Self { switches: RwLock::new(switches), ..Self::default() }
    }

    /// How they stand.
    pub fn get(&self) -> Switches {
        self.switches.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Applies a change and answers how they stand now.
    ///
    /// # Errors
    /// As [`Switches::with`].
    pub fn change(&self, change: &Value) -> Result<Switches, FaultError> {
        let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let new = self.get().with(change)?;
        *self.switches.write().unwrap_or_else(PoisonError::into_inner) = new.clone();
        Ok(new)
    }

    /// Turns everything off.
    pub fn reset(&self) -> Switches {
        let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        *self.switches.write().unwrap_or_else(PoisonError::into_inner) = Switches::default();
        Switches::default()
    }

    /// Whether this request is one of the failing ones. Errors are spread evenly instead of drawn,
    /// so that 10 % is ten in each hundred and a demonstration can be repeated.
    pub fn fails_now(&self) -> bool {
        let percent = u32::from(self.get().errors_percent);
        if percent == 0 {
            return false;
        }
        let before = self.error_debt.fetch_add(percent, Ordering::Relaxed);
        before / 100 != before.wrapping_add(percent) / 100
    }
}

/// One `--fault` of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultArgument(pub Value);

impl FromStr for FaultArgument {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (name, value) = text.split_once('=').unwrap_or((text, "true"));
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        let change = Value::Object(Map::from_iter([(name.trim().to_owned(), value)]));
        Switches::default().with(&change)?;
        Ok(Self(change))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_touches_only_what_it_names() {
        let faults = Faults::default();
        faults.change(&json!({"debug_on": true})).unwrap();
        let now = faults.change(&json!({"slow": 40})).unwrap();
        assert_eq!(now, Switches { debug_on: true, slow_ms: 40, ..Switches::default() });
        assert_eq!(faults.reset(), Switches::default());
    }

    #[test]
    fn a_bad_change_is_refused_whole() {
        let faults = Faults::default();
        for bad in [
            json!({"debug_on": true, "no_such": true}),
            json!({"debug_on": true, "errors_percent": 101}),
            json!({"debug_on": true, "slow_ms": 60_001}),
            json!({"debug_on": "yes"}),
            json!([]),
        ] {
            assert!(faults.change(&bad).is_err(), "{bad}");
            assert_eq!(faults.get(), Switches::default(), "{bad}");
        }
    }

    #[test]
    fn errors_are_as_many_as_asked_for() {
        for percent in [0_u8, 1, 5, 33, 50, 100] {
            let faults = Faults::new(Switches { errors_percent: percent, ..Switches::default() });
            let failed = (0..1000).filter(|_| faults.fails_now()).count();
            assert_eq!(failed, usize::from(percent) * 10);
        }
    }

    #[test]
    fn the_command_line_names_a_switch_and_a_value() {
        assert_eq!("errors=5".parse(), Ok(FaultArgument(json!({"errors": 5}))));
        assert_eq!("debug_on".parse(), Ok(FaultArgument(json!({"debug_on": true}))));
        assert_eq!(
            "debug_style=django".parse(),
            Ok(FaultArgument(json!({"debug_style": "django"})))
        );
        assert!("nonsense".parse::<FaultArgument>().is_err());
    }
}
