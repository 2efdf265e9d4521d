//! How a check failed in the course of a run: a failure that went away by itself is not one that never
//! was, and whoever signs is told of it.

use chrono::{DateTime, Utc};

/// The failures of a check in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// How often it failed.
    pub times: i64,
    /// How often it began to fail: after it had passed, or at its first measurement.
    pub spells: i64,
    /// When it failed first.
    pub first: DateTime<Utc>,
    /// When it failed last.
    pub last: DateTime<Utc>,
}

impl Failures {
    /// What is said of a check that passes now, behind its name.
    #[must_use]
    pub fn sentence(&self) -> String {
        let (times, since) = self.counted();
        if self.spells > 1 {
            format!(
                "fails intermittently: {times}, in {} spells, {since}; it passes now",
                self.spells
            )
        } else {
            format!("{}, and has passed since", self.failed())
        }
    }

    /// How often it failed, and when.
    #[must_use]
    pub fn failed(&self) -> String {
        let (times, since) = self.counted();
        format!("failed {times}, {since}")
    }

    fn counted(&self) -> (String, String) {
        let at = |at: DateTime<Utc>| at.format("%-d %B %H:%M UTC").to_string();
        let last = at(self.last);
        let times = if self.times == 1 { "once".into() } else { format!("{} times", self.times) };
        let since = match at(self.first) {
            first if first == last => format!("at {last}"),
            first => format!("from {first} to {last}"),
        };
        (times, since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_often_and_until_when() {
        let at = |minute: i64| DateTime::from_timestamp(1_790_000_000 + minute * 60, 0).unwrap();
        let mut failures = Failures { times: 1, spells: 1, first: at(0), last: at(0) };
        let said = failures.sentence();
        assert_eq!(said, "failed once, at 21 September 14:13 UTC, and has passed since");
        failures = Failures { times: 4, last: at(3), ..failures };
        let said = failures.sentence();
        assert!(said.starts_with("failed 4 times, from 21 September 14:13 UTC to 21"), "{said}");
        failures.spells = 3;
        let said = failures.sentence();
        assert!(said.starts_with("fails intermittently: 4 times, in 3 spells, from "), "{said}");
    }
}
