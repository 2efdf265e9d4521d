//! One case of a JUnit report.

use domain::reports::TestOutcome;
use quick_xml::events::BytesStart;

use crate::reports::error::ReportError;

use super::xml::attribute;

/// Failure texts can be megabytes of log; what is shown is far shorter than this.
const MAX_TEXT_BYTES: usize = 4_096;

/// A case that is open.
pub(super) struct Case {
    pub class: String,
    pub name: String,
    pub message: String,
    /// A failure or error directly in a suite, counted like a case.
    pub is_of_suite: bool,
    failed: bool,
    errored: bool,
    skipped: bool,
    retried: bool,
    /// The message came from an attribute; the text within is not wanted.
    has_message: bool,
}

impl Case {
    /// Opens a `testcase`.
    pub(super) fn open(element: &BytesStart<'_>) -> Result<Self, ReportError> {
        let mut case = Self::of_suite();
        case.is_of_suite = false;
        case.class = attribute(element, "classname")?.unwrap_or_default();
        case.name = attribute(element, "name")?.unwrap_or_default();
        // GoogleTest and some others say it in an attribute only.
        match attribute(element, "status")?.unwrap_or_default().to_ascii_lowercase().as_str() {
            "notrun" | "skipped" | "disabled" | "ignored" => case.skipped = true,
            "failed" | "failure" => case.failed = true,
            "error" | "errored" => case.errored = true,
            _ => {}
        }
        Ok(case)
    }

    /// Opens a failure or error that belongs to a whole suite.
    pub(super) const fn of_suite() -> Self {
        Self {
            class: String::new(),
            name: String::new(),
            message: String::new(),
            is_of_suite: true,
            failed: false,
            errored: false,
            skipped: false,
            retried: false,
            has_message: false,
        }
    }

    /// Notes a child element that says how it ended.
    pub(super) fn result(&mut self, name: &str, message: Option<String>) {
        match name {
            "failure" => self.failed = true,
            "error" => self.errored = true,
            "skipped" | "disabled" => self.skipped = true,
            // Surefire's and nextest's: attempts before the one that counted.
            "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError" => {
                self.retried = true;
                return;
            }
            _ => return,
        }
        if !self.has_message
            && let Some(message) = message.filter(|message| !message.trim().is_empty())
        {
            self.message = message;
            self.has_message = true;
        }
    }

    /// Takes the text inside a failure or error.
    pub(super) fn text(&mut self, inside: &str, text: &str) {
        if self.has_message || !matches!(inside, "failure" | "error") {
            return;
        }
        let room = MAX_TEXT_BYTES.saturating_sub(self.message.len());
        let end = text.floor_char_boundary(room);
        self.message.push_str(text.get(..end).unwrap_or_default());
    }

    /// How it ended: the worst that was said.
    pub(super) const fn outcome(&self) -> TestOutcome {
        if self.errored {
            TestOutcome::Errored
        } else if self.failed {
            TestOutcome::Failed
        } else if self.skipped {
            TestOutcome::Skipped
        } else if self.retried {
            TestOutcome::Flaky
        } else {
            TestOutcome::Passed
        }
    }
}
