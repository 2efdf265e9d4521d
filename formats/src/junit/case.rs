//! One case of a JUnit report.

use domain::reports::TestOutcome;
use quick_xml::events::BytesStart;

use crate::reports::error::ReportError;

use super::{
    dialect::{
        Ending, could_not_start, is_around_tests, is_no_test, is_risky, of_element, of_flag,
        of_word, was_cut_off,
    },
    xml::attributes,
};

/// Failure texts can be megabytes of log; what is shown is far shorter than this.
const MAX_TEXT_BYTES: usize = 4_096;

/// What is read of a case's attributes.
const ATTRIBUTES: [&str; 17] = [
    "assertions",
    "classname",
    "name",
    "file",
    "status",
    "result",
    "outcome",
    "skipped",
    "skip",
    "ignored",
    "disabled",
    "executed",
    "success",
    "passed",
    "aborted",
    "interrupted",
    "incomplete",
];

/// A case that is open.
#[derive(Default)]
pub(super) struct Case {
    pub class: String,
    pub name: String,
    /// The file it stands in.
    pub file: String,
    pub message: String,
    /// Somebody chose to skip it, where the tool says so.
    pub is_chosen: bool,
    /// It says what it is called, though that may be nothing.
    has_name: bool,
    /// A failure or error directly in a suite, counted like a case.
    pub is_of_suite: bool,
    failed: bool,
    errored: bool,
    skipped: bool,
    /// Said to be skipped before it was said to have failed.
    may_fail: bool,
    not_run: bool,
    unfinished: bool,
    retried: bool,
    warned: bool,
    risky: bool,
    asserts_nothing: bool,
    /// What stands at its being skipped.
    reason: String,
    /// The message came from an attribute; the text within is not wanted.
    has_message: bool,
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CaseOutcome {
    /// As any test does.
    Test(TestOutcome),
    /// It failed and was skipped, in this order: a tool that forgives the failure writes both, and
    /// so does one whose teardown skipped what had failed. The suite's own count tells which.
    FailedThenSkipped,
    /// Nobody chose to skip it, and it has no result.
    Unfinished,
    /// It ran through and asserted too little to show anything.
    Risky,
    /// It was not run because it could not be.
    NotStarted,
    /// It is no test, and nothing went wrong with it.
    NoTest,
}

impl Case {
    /// Opens a `testcase`.
    pub(super) fn open(element: &BytesStart<'_>) -> Result<Self, ReportError> {
        let mut case = Self::default();
        for (name, value) in attributes(element, &ATTRIBUTES)? {
            match name {
                "assertions" => case.asserts_nothing = value.trim() == "0",
                "classname" => {
                    case.class = value;
                    case.has_name = true;
                }
                "name" => {
                    case.name = value;
                    case.has_name = true;
                }
                "file" => case.file = value,
                // GoogleTest and some others say it in an attribute only.
                "status" | "result" | "outcome" => case.ends(of_word(&value)),
                _ => case.ends(of_flag(name, &value)),
            }
        }
        Ok(case)
    }

    /// Opens a failure or error that belongs to a whole suite.
    pub(super) fn of_suite() -> Self {
        Self { is_of_suite: true, ..Self::default() }
    }

    fn ends(&mut self, how: Option<Ending>) {
        match how {
            Some(Ending::Failed) => {
                self.may_fail |= self.skipped;
                self.failed = true;
            }
            Some(Ending::Errored) => self.errored = true,
            Some(Ending::Skipped) => self.skipped = true,
            Some(Ending::NotRun) => self.not_run = true,
            Some(Ending::Unfinished) => self.unfinished = true,
            None => {}
        }
    }

    /// Notes a child element that says how it ended.
    pub(super) fn result(&mut self, name: &str, message: Option<String>, kind: Option<&str>) {
        // Surefire's and nextest's: attempts before the one that counted.
        if matches!(name, "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError") {
            self.retried = true;
            return;
        }
        if name == "error" && kind.is_some_and(is_risky) {
            self.risky = true;
            return;
        }
        self.warned |= name == "warning";
        let how = of_element(name);
        self.ends(how);
        let Some(message) = message.filter(|message| !message.trim().is_empty()) else { return };
        match how {
            Some(Ending::Skipped) => self.reason = message,
            Some(_) if !self.has_message => {
                self.message = message;
                self.has_message = true;
            }
            _ => {}
        }
    }

    /// Takes the text inside an element.
    pub(super) fn text(&mut self, inside: &str, text: &str) {
        let into = match of_element(inside) {
            Some(Ending::Skipped) if self.reason.len() < MAX_TEXT_BYTES => &mut self.reason,
            Some(Ending::Failed | Ending::Errored) if !self.has_message => &mut self.message,
            _ => return,
        };
        let room = MAX_TEXT_BYTES.saturating_sub(into.len());
        let end = text.floor_char_boundary(room);
        into.push_str(text.get(..end).unwrap_or_default());
    }

    /// How it ended: the worst that was said, but for a failure that is not held against the run.
    pub(super) fn outcome(&self) -> CaseOutcome {
        CaseOutcome::Test(if self.errored {
            TestOutcome::Errored
        } else if self.failed && self.skipped {
            if self.may_fail {
                TestOutcome::Skipped
            } else {
                return CaseOutcome::FailedThenSkipped;
            }
        } else if self.failed {
            TestOutcome::Failed
        } else if self.unfinished || self.skipped && was_cut_off(&self.reason) {
            return CaseOutcome::Unfinished;
        } else if self.risky && (self.asserts_nothing || self.message.contains("aborted after")) {
            return CaseOutcome::Risky;
        } else if self.not_run && could_not_start(&self.reason) {
            return CaseOutcome::NotStarted;
        } else if self.skipped || self.not_run {
            TestOutcome::Skipped
        } else if self.retried {
            TestOutcome::Flaky
        } else if !self.has_name && !self.is_of_suite {
            // pytest writes one for the test that a run was ended in.
            return CaseOutcome::Unfinished;
        } else if is_around_tests(&self.name) {
            return CaseOutcome::NoTest;
        } else if is_no_test(&self.name, self.warned) {
            TestOutcome::Skipped
        } else {
            TestOutcome::Passed
        })
    }

    /// Whether it failed, forgiven or not.
    pub(super) const fn failed(&self) -> bool {
        self.failed
    }

    /// Whether its tool calls it risky: it counts it as broken and forgives it.
    pub(super) const fn is_risky(&self) -> bool {
        self.risky
    }

    /// Whether it was skipped, and nothing else is said of it.
    pub(super) const fn was_skipped(&self) -> bool {
        self.skipped && !self.failed && !self.errored
    }

    /// Whether it was skipped without a word of who chose to, in a file in which Playwright says so: it
    /// did not come to it. Before 1.34 it said so only where it was told to.
    pub(super) fn is_left_out(&self) -> bool {
        self.was_skipped() && !self.is_chosen && self.reason().is_empty()
    }

    /// Why it was skipped or not run, in the tool's words.
    pub(super) fn reason(&self) -> &str {
        self.reason.trim()
    }
}
