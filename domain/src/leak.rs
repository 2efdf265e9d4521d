//! Leaks: secrets or insides that were served for a while. Closing one does not make them secret again,
//! so it stays marked until somebody says what was rotated.

use chrono::{DateTime, Utc};

/// The kinds of checks that look for leaks.
const KINDS: [&str; 2] = ["exposed_files", "debug_mode"];

/// The probes of runbooks that look for leaks.
const PROBES: [&str; 2] = ["exposed-files", "debug-mode"];

/// Whether a check of this kind looks for leaks.
#[must_use]
pub fn is_looked_for_by(kind: &str) -> bool {
    KINDS.contains(&kind)
}

/// Whether a probe of a runbook looks for leaks.
#[must_use]
pub fn is_looked_for_by_probe(probe: &str) -> bool {
    PROBES.contains(&probe)
}

/// A leak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leak {
    /// When it was seen first.
    pub first: DateTime<Utc>,
    /// When it was seen last.
    pub last: DateTime<Utc>,
    /// How many times.
    pub times: i64,
}

impl Leak {
    /// What is to be done about it.
    #[must_use]
    pub fn sentence(&self) -> String {
        let at = |at: DateTime<Utc>| at.format("%-d %B %H:%M UTC");
        let when = if at(self.first).to_string() == at(self.last).to_string() {
            format!("at {}", at(self.first))
        } else {
            format!("from {} to {}", at(self.first), at(self.last))
        };
        let times = if self.times == 1 { "once".into() } else { format!("{} times", self.times) };
        format!(
            "it is closed now, but it leaked {when} ({times}): what was served may be in other hands. \
             Somebody has to say what was rotated."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leak_says_when_it_was_and_what_is_to_be_done() {
        let at = |minute: i64| DateTime::from_timestamp(1_790_000_000 + minute * 60, 0).unwrap();
        let leak = Leak { first: at(0), last: at(5), times: 6 };
        assert!(
            leak.sentence()
                .contains("from 21 September 14:13 UTC to 21 September 14:18 UTC (6 times)")
        );
        let once = Leak { first: at(0), last: at(0), times: 1 };
        assert!(once.sentence().contains("at 21 September 14:13 UTC (once)"));
        assert!(is_looked_for_by("debug_mode") && !is_looked_for_by("http"));
        assert!(is_looked_for_by_probe("exposed-files") && !is_looked_for_by_probe("tls"));
    }
}
