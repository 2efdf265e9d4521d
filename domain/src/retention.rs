//! For how long what was measured is kept.

use serde::{Deserialize, Serialize};

/// The days that late points may be old; minutes are kept longer than that.
pub const POINTS_TAKEN_D: i64 = 13;

/// For how many days what was measured is kept. Baselines, evidence on boxes and history are kept
/// for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Retention {
    /// Each measurement of a check; those of an open watch stay, and those whose evidence is kept.
    pub measurements_d: i64,
    /// Indicators by the minute; afterwards by the hour.
    pub minutes_d: i64,
    /// Indicators by the hour, and what was sent and received where a check turned.
    pub hours_d: i64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { measurements_d: 7, minutes_d: 14, hours_d: 400 }
    }
}

impl Retention {
    /// Each part with its name, its value and the least and most it may be.
    #[must_use]
    pub const fn parts(&self) -> [(&'static str, i64, i64, i64); 3] {
        [
            ("measurements_d", self.measurements_d, 3, 365),
            ("minutes_d", self.minutes_d, POINTS_TAKEN_D + 1, 90),
            ("hours_d", self.hours_d, 90, 3_650),
        ]
    }

    /// What is wrong with it: the name of each part and the end of a sentence.
    #[must_use]
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let wrong = |(name, days, least, most): (&'static str, i64, i64, i64)| {
            let ok = (least..=most).contains(&days);
            (!ok).then(|| (name, format!("must lie between {least} and {most} days")))
        };
        self.parts().into_iter().filter_map(wrong).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_is_allowed_and_nothing_goes_before_late_points_have_come() {
        assert_eq!(Retention::default().faults(), []);
        let short = Retention { minutes_d: 13, ..Retention::default() };
        assert_eq!(short.faults(), [("minutes_d", "must lie between 14 and 90 days".to_owned())]);
        let none = Retention { measurements_d: 0, minutes_d: 0, hours_d: 0 };
        assert_eq!(none.faults().len(), 3);
    }
}
