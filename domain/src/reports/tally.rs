//! Counting what a report says, and the verdict that follows.

use super::{
    CaseFailure, CasePath, CaseSet, MAX_FAILURES, ReportFormat, ReportSummary, ReportVerdict,
};

const MAX_WARNINGS: usize = 20;
const MAX_MESSAGE_CHARS: usize = 300;

/// How one test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestOutcome {
    /// At the first attempt.
    Passed,
    /// An assertion failed.
    Failed,
    /// The test itself broke.
    Errored,
    /// Not run.
    Skipped,
    /// Passed, but only after a failed attempt.
    Flaky,
}

/// Counts while a report is read.
#[derive(Debug, Default)]
pub struct Tally {
    passed: u64,
    failed: u64,
    errored: u64,
    skipped: u64,
    flaky: u64,
    failures: Vec<CaseFailure>,
    warnings: Vec<String>,
    doubt: Option<String>,
    cases: CaseSet,
    /// The test that was identified last, until it is known whether it was skipped.
    identified: Option<CasePath>,
    /// What encloses the tests counted next, beside the suite they are counted under: they are told
    /// apart by it. The way to each that is open, outermost first.
    scope: Vec<CasePath>,
    /// What the tests are called together, where they have a name.
    pub title: Option<String>,
    /// How long it took, in milliseconds, where the report says.
    pub duration_ms: Option<f64>,
    /// Why there may be no test in it, where the report says; a clause.
    pub empty_because: Option<String>,
}

impl Tally {
    /// Counts a test; where, its name and what it said are kept for the first failures.
    pub fn count(&mut self, outcome: TestOutcome, suite: &str, name: &str, message: &str) {
        match outcome {
            TestOutcome::Skipped => self.identified = None,
            _ => self.keep_identified(),
        }
        match outcome {
            TestOutcome::Passed => self.passed += 1,
            TestOutcome::Failed => self.failed += 1,
            TestOutcome::Errored => self.errored += 1,
            TestOutcome::Skipped => self.skipped += 1,
            TestOutcome::Flaky => self.flaky += 1,
        }
        match outcome {
            TestOutcome::Failed | TestOutcome::Errored if self.failures.len() < MAX_FAILURES => {
                self.failures.push(CaseFailure {
                    suite: one_line(suite),
                    name: one_line(name),
                    message: one_line(message),
                });
            }
            TestOutcome::Flaky => {
                self.warn(format!("Flaky: {} passed only when repeated.", one_line(name)));
            }
            _ => {}
        }
    }

    /// Notes that the report is of this test, by which it is known, unless it is counted as skipped
    /// next: a report in which it was left out says nothing of how it failed in another.
    pub fn identify(&mut self, suite: &str, name: &str) {
        self.keep_identified();
        let scope = self.scope.last().cloned().unwrap_or_default();
        self.identified = Some(scope.within(suite).within(name));
    }

    /// Has what is counted next stand within this as well.
    pub fn enter(&mut self, part: &str) {
        let scope = self.scope.last().cloned().unwrap_or_default();
        self.scope.push(scope.within(part));
    }

    /// Ends what was entered last.
    pub fn leave(&mut self) {
        self.scope.pop();
    }

    fn keep_identified(&mut self) {
        if let Some(path) = self.identified.take() {
            self.cases.insert(path);
        }
    }

    /// Counts a check that failed at times, which a threshold allows.
    pub fn tolerate(&mut self, name: &str, message: &str) {
        self.flaky += 1;
        self.warn(format!("{}: {message}", one_line(name)));
    }

    /// Counts a test that nobody chose to skip and that has no result all the same: the run did not
    /// come to its end.
    pub fn unfinished(&mut self, suite: &str, name: &str, how: &str) {
        self.count(TestOutcome::Skipped, suite, name, "");
        self.doubt(format!("{} {how}.", one_line(name)));
    }

    /// Notes what is odd but decides nothing.
    pub fn warn(&mut self, warning: String) {
        if self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(warning);
        }
    }

    /// Notes why a report without failures cannot be believed; it is undecided then.
    pub fn doubt(&mut self, reason: String) {
        self.warn(reason.clone());
        self.doubt.get_or_insert(reason);
    }

    /// All tests counted so far.
    #[must_use]
    pub const fn tests(&self) -> u64 {
        self.passed + self.failed + self.errored + self.skipped + self.flaky
    }

    /// Those counted so far that failed or errored.
    #[must_use]
    pub const fn broken(&self) -> u64 {
        self.failed + self.errored
    }

    /// The verdict and its sentence.
    #[must_use]
    pub fn finish(mut self, format: ReportFormat) -> ReportSummary {
        self.keep_identified();
        self.cases.settle();
        let ran = self.passed + self.flaky;
        let verdict = if self.broken() > 0 {
            ReportVerdict::Failed
        } else if ran == 0 || self.doubt.is_some() {
            ReportVerdict::Undecided
        } else {
            ReportVerdict::Passed
        };
        let short = self.short();
        let sentence = match verdict {
            ReportVerdict::Passed => format!("{short}."),
            ReportVerdict::Failed => match self.failures.first() {
                Some(first) => format!("{short}; first: {}.", first.name),
                None => format!("{short}."),
            },
            ReportVerdict::Undecided => match (&self.doubt, self.tests()) {
                (_, 0) => {
                    let what = match format {
                        ReportFormat::K6 => "no threshold and no check",
                        _ => "no test",
                    };
                    let why = self.empty_because.as_deref().or(self.doubt.as_deref());
                    let why = why.map(|why| one_line(why.trim_end_matches('.')));
                    let why = why.map_or_else(String::new, |why| format!(" ({why})"));
                    format!("The report has {what} in it{why}, so it proves nothing.")
                }
                (Some(doubt), _) => format!("{short}, but not to be relied on: {doubt}"),
                (None, skipped) => {
                    format!("All {skipped} were skipped, so the report proves nothing.")
                }
            },
        };
        ReportSummary {
            format,
            verdict,
            tests: self.tests(),
            passed: self.passed,
            failed: self.failed,
            errored: self.errored,
            skipped: self.skipped,
            flaky: self.flaky,
            duration_ms: self.duration_ms,
            sentence,
            short,
            failures: self.failures,
            warnings: self.warnings,
            title: self.title,
            cases: self.cases,
        }
    }

    /// `1 failed, 41 passed, 2 skipped`; `no tests` where there are none.
    fn short(&self) -> String {
        let counts = [
            (self.failed, "failed"),
            (self.errored, "errored"),
            (self.passed, "passed"),
            (self.flaky, "flaky"),
            (self.skipped, "skipped"),
        ];
        let parts: Vec<_> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        if parts.is_empty() { "no tests".to_owned() } else { parts.join(", ") }
    }
}

/// Where tests stand, as it is: of one that is longer than any name, its beginning and what tells it
/// from others, since it is gone through with each test and with each group within.
#[must_use]
pub fn within_bounds(path: String) -> String {
    const MOST: usize = 4_096;
    if path.len() <= MOST {
        return path;
    }
    let mut all = CaseSet::default();
    all.insert(CasePath::default().within(&path));
    let end = path.floor_char_boundary(MOST / 2);
    format!("{}… {}", &path[..end], all.digest())
}

/// One line without terminal colours and control characters, of at most 300 characters.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars().peekable();
    let mut length = 0;
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            if chars.next_if_eq(&'[').is_some() {
                // A colour ends with a letter.
                while chars.next().is_some_and(|c| !c.is_ascii_alphabetic()) {}
            }
            continue;
        }
        let blank = c.is_whitespace() || c.is_control();
        if blank && (plain.is_empty() || plain.ends_with(' ')) {
            continue;
        }
        if length == MAX_MESSAGE_CHARS {
            return format!("{}…", plain.trim_end());
        }
        plain.push(if blank { ' ' } else { c });
        length += 1;
    }
    plain.truncate(plain.trim_end().len());
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_ways_to_a_test_are_told_apart() {
        assert_eq!(within_bounds("shop › cart".into()), "shop › cart");
        let way = |end: &str| within_bounds(format!("{}{end}", "é".repeat(5_000)));
        assert!(way("a").len() < 4_096);
        assert_ne!(way("a"), way("b"));
        assert_eq!(way("a"), way("a"));
    }
}
