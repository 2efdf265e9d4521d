//! The words tools use for how a test ended. There is no standard, so each dialect is listed; a word
//! that is not is no word: it decides nothing.

/// What a word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// An assertion failed.
    Failed,
    /// It broke.
    Errored,
    /// Somebody or something chose not to run it.
    Skipped,
    /// It did not run; whether by choice, what else is said tells.
    NotRun,
    /// It began, or should have, and has no result.
    Unfinished,
}

/// What a word of an attribute (`status`, `result`) says; `None` where it is good, or unknown.
pub(super) fn of_word(word: &str) -> Option<Ending> {
    let plain: String =
        word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    Some(match plain.as_str() {
        "fail" | "fails" | "failed" | "failure" | "failing" | "broken" | "ko" | "notok"
        | "undefined" | "unexpectedsuccess" | "unexpectedpass" | "xpassed" | "nok" | "no"
        | "false" | "unsuccessful" | "regression" | "bad" | "rejected" | "invalid" => {
            Ending::Failed
        }
        "error" | "errors" | "errored" | "exception" | "crash" | "crashed" | "fatal"
        | "timeout" | "timedout" | "killed" | "hung" | "dead" | "lost" => Ending::Errored,
        "skip" | "skipped" | "skipping" | "disabled" | "ignore" | "ignored" | "suppressed"
        | "pending" | "todo" | "inconclusive" | "excluded" | "notapplicable" | "notexecuted"
        | "xfail" | "xfailed" => Ending::Skipped,
        "notrun" | "notran" => Ending::NotRun,
        "running" | "started" | "inprogress" | "notstarted" | "interrupted" | "aborted"
        | "cancelled" | "canceled" | "stopped" | "incomplete" | "untested" | "unknown"
        | "noresult" | "blocked" | "unstable" | "partial" | "queued" | "scheduled" | "waiting" => {
            Ending::Unfinished
        }
        _ => return None,
    })
}

/// What an element inside a case says.
pub(super) fn of_element(name: &str) -> Option<Ending> {
    Some(match name.to_ascii_lowercase().as_str() {
        "failure" | "failed" => Ending::Failed,
        "error" | "errored" | "broken" | "timeout" | "timedout" | "crash" | "crashed"
        | "killed" => Ending::Errored,
        "aborted" | "interrupted" | "cancelled" | "canceled" => Ending::Unfinished,
        "skipped" | "skip" | "disabled" | "ignored" | "pending" | "inconclusive" | "todo"
        | "incomplete" => Ending::Skipped,
        _ => return None,
    })
}

/// What an attribute that is true or false says.
pub(super) fn of_flag(name: &str, value: &str) -> Option<Ending> {
    let (yes, no) = match value.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => (true, false),
        "false" | "no" | "0" => (false, true),
        _ => return None,
    };
    match name {
        "skipped" | "ignored" | "disabled" | "skip" if yes => Some(Ending::Skipped),
        "executed" if no => Some(Ending::Skipped),
        "aborted" | "interrupted" | "incomplete" if yes => Some(Ending::Unfinished),
        "success" | "passed" if no => Some(Ending::Failed),
        _ => None,
    }
}

/// What a property of a suite says of the whole run, where a tool has no other place for it; the second
/// is the tool's own reason.
pub(super) fn of_property(name: &str, value: &str) -> Option<(Ending, String)> {
    let value = value.trim();
    match name {
        // Ginkgo: a run that was cut short, or that left specs out for a focus somebody forgot.
        "SuiteSucceeded" if of_flag("success", value) == Some(Ending::Failed) => {
            Some((Ending::Failed, String::new()))
        }
        "SpecialSuiteFailureReason" if !value.is_empty() => {
            Some((Ending::Unfinished, value.to_owned()))
        }
        // Its specs all pass in a dry run, in which none is run.
        "DryRun" if value.eq_ignore_ascii_case("true") => {
            Some((Ending::Unfinished, "it was a dry run, in which nothing runs".into()))
        }
        _ => None,
    }
}

/// What comments of the whole report count: Node's own runner writes its totals nowhere else, and has no
/// case for a test with others within that fails by itself, but one for a group without a test.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) tests: Option<u64>,
    pub(super) broken: u64,
}

impl Totals {
    /// Takes in a comment.
    pub(super) fn read(&mut self, comment: &str) {
        let Some((word, count)) = comment.trim().split_once(' ') else { return };
        let Ok(count) = count.trim().parse::<u64>() else { return };
        match word {
            "tests" => self.tests = Some(count),
            "fail" | "cancelled" => self.broken = self.broken.saturating_add(count),
            _ => {}
        }
    }
}

/// Whether a case that passed is no test but what goes on around them: Ginkgo's nodes of a suite.
pub(super) fn is_around_tests(name: &str) -> bool {
    const NODES: [&str; 8] = [
        "[BeforeSuite]",
        "[AfterSuite]",
        "[SynchronizedBeforeSuite]",
        "[SynchronizedAfterSuite]",
        "[ReportBeforeSuite]",
        "[ReportAfterSuite]",
        "[CleanupAfterSuite]",
        "[DeferCleanup",
    ];
    NODES.iter().any(|node| name.starts_with(node))
}

/// Whether the reason of a test that was skipped says that nobody chose to: the run was ended before it
/// came to it. lit says so in these words; others of somebody's choosing.
pub(super) fn was_cut_off(reason: &str) -> bool {
    let plain: String = reason.chars().filter(char::is_ascii_alphabetic).collect();
    matches!(
        plain.to_ascii_lowercase().as_str(),
        "userinterrupt"
            | "keyboardinterrupt"
            | "interrupted"
            | "aborted"
            | "cancelled"
            | "canceled"
    )
}

/// Whether a property says that somebody chose to skip its test, as Playwright writes it: of what did not
/// run for another reason it writes none.
pub(super) fn is_choice(property: &str) -> bool {
    matches!(property, "skip" | "fixme")
}

/// Whether the type of an error says that the test ran through and is risky, as PHPUnit has it, which
/// forgives that unless it is told not to.
pub(super) fn is_risky(kind: &str) -> bool {
    const KINDS: [&str; 5] = [
        "RiskyTestError",
        "OutputError",
        "CoveredCodeNotExecutedException",
        "MissingCoversAnnotationException",
        "UnintentionallyCoveredCodeError",
    ];
    let class = kind.rsplit(['\\', '_']).next().unwrap_or_default();
    kind.starts_with("PHPUnit") && KINDS.contains(&class)
}

/// Whether what a tool warns of stands where a test should: PHPUnit's for a class without one.
pub(super) fn is_no_test(case: &str, warned: bool) -> bool {
    warned && case == "Warning"
}

/// Whether what stands at a test that was not run says that it could not be started, rather than
/// that somebody chose not to: CTest names its choices and puts any other reason into words.
pub(super) fn could_not_start(message: &str) -> bool {
    let message = message.trim();
    let chosen = message.is_empty()
        || message.starts_with("SKIP_")
        || matches!(of_word(message), Some(Ending::Skipped | Ending::NotRun));
    !chosen
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("run", None)]
    #[case("Passed", None)]
    #[case("completed", None)]
    #[case("Not Run", Some(Ending::NotRun))]
    #[case("notrun", Some(Ending::NotRun))]
    #[case("timed-out", Some(Ending::Errored))]
    #[case("FAIL", Some(Ending::Failed))]
    #[case("unexpected success", Some(Ending::Failed))]
    #[case("untested", Some(Ending::Unfinished))]
    #[case("200", None)]
    fn words(#[case] word: &str, #[case] says: Option<Ending>) {
        assert_eq!(of_word(word), says);
    }

    #[rstest]
    #[case("SKIP_RETURN_CODE=77", false)]
    #[case("SKIP_REGULAR_EXPRESSION_MATCHED", false)]
    #[case("Disabled", false)]
    #[case("Not Run", false)]
    #[case("", false)]
    #[case("Unable to find executable", true)]
    #[case("Required Files Missing", true)]
    #[case("Fixture dependency failed", true)]
    fn reasons(#[case] message: &str, #[case] broken: bool) {
        assert_eq!(could_not_start(message), broken);
    }
}
