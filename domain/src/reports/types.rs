//! What is told about a report.

use serde::{Deserialize, Serialize};

use super::CaseSet;
use crate::string_enum::string_enum;

/// The most failures listed by name.
pub const MAX_FAILURES: usize = 20;

string_enum! {
    /// The kind of file.
    ReportFormat {
        /// JUnit XML, of whatever tool.
        Junit = "junit",
        /// Playwright's JSON reporter.
        Playwright = "playwright",
        /// k6's end-of-test summary, in either of its forms.
        K6 = "k6",
    }
}

string_enum! {
    /// What a report says of the release.
    ReportVerdict {
        /// Something was tested and nothing failed.
        Passed = "passed",
        /// Something failed.
        Failed = "failed",
        /// Nothing was tested, or there was nothing to judge by.
        Undecided = "undecided",
    }
}

/// What a report says. For k6, a test is a threshold or a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportSummary {
    /// The kind of file it was.
    pub format: ReportFormat,
    /// What it says.
    pub verdict: ReportVerdict,
    /// Test cases in it: the sum of the five counts below.
    pub tests: u64,
    /// Passed at the first attempt.
    pub passed: u64,
    /// An assertion failed.
    pub failed: u64,
    /// The test itself broke.
    pub errored: u64,
    /// Not run.
    pub skipped: u64,
    /// Passed, but only after a failed attempt.
    pub flaky: u64,
    /// How long it took, in milliseconds, where the report says.
    pub duration_ms: Option<f64>,
    /// One sentence, such as `42 passed, 1 flaky.` and what is missing where undecided.
    pub sentence: String,
    /// For a chip: `42 passed, 1 flaky`.
    pub short: String,
    /// The first [`MAX_FAILURES`] failures and errors.
    pub failures: Vec<CaseFailure>,
    /// What is odd about the report but decides nothing.
    pub warnings: Vec<String>,
    /// What its tests are called together, where they have a name.
    #[serde(skip)]
    pub title: Option<String>,
    /// Which tests it is of.
    #[serde(skip)]
    pub cases: CaseSet,
}

/// The first exit status that means that a signal ended the process.
const SIGNALLED: u32 = 128;

impl ReportSummary {
    /// Takes the exit status of the tool that wrote the report into account, which can only make it
    /// worse: a tool that says it failed has failed, whatever its report says, and one that was ended
    /// by a signal (128 and more) has not come to its end.
    pub fn ended_with(&mut self, exit_status: u32) {
        let said = match (exit_status, self.verdict) {
            (0, _) | (_, ReportVerdict::Failed) => return,
            (SIGNALLED.., _) => {
                self.verdict = ReportVerdict::Undecided;
                "was ended by a signal"
            }
            _ => {
                self.verdict = ReportVerdict::Failed;
                "says that it failed"
            }
        };
        self.sentence =
            format!("{}, but the tool {said}: its exit status is {exit_status}.", self.short);
        self.warnings.push(format!("The tool {said}: its exit status is {exit_status}."));
    }
}

/// A test that failed or errored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFailure {
    /// Where it stands: suite, class, file or k6 metric.
    pub suite: String,
    /// Its name.
    pub name: String,
    /// What it said, shortened.
    pub message: String,
}
