//! The JSON report of Playwright Test.

use domain::reports::{ReportFormat, ReportSummary, Tally, TestOutcome, one_line, within_bounds};
use serde::Deserialize;

use crate::file_in_its_folder::in_its_workspace;

/// A file or a `describe` with the tests in it.
#[derive(Deserialize)]
pub(crate) struct Suite {
    #[serde(default)]
    title: String,
    #[serde(default)]
    specs: Vec<Spec>,
    #[serde(default)]
    suites: Vec<Suite>,
}

#[derive(Deserialize)]
struct Spec {
    title: String,
    #[serde(default)]
    ok: Option<bool>,
    tests: Vec<Test>,
}

/// A spec in one project.
#[derive(Deserialize)]
struct Test {
    #[serde(default, rename = "projectName")]
    project: String,
    status: String,
    /// What the test says of itself: `passed`, or `failed` or `skipped` where it is marked so.
    #[serde(default, rename = "expectedStatus")]
    expected: Option<String>,
    results: Vec<Attempt>,
}

#[derive(Deserialize)]
struct Attempt {
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    error: Option<Trouble>,
}

/// An error, of a test or of the run.
#[derive(Deserialize)]
pub(crate) struct Trouble {
    #[serde(default)]
    message: Option<String>,
}

/// What the run was told.
#[derive(Deserialize)]
pub(crate) struct Config {
    #[serde(default, rename = "failOnFlakyTests")]
    fail_on_flaky: bool,
    #[serde(default, rename = "rootDir")]
    root_dir: Option<String>,
    #[serde(default, rename = "configFile")]
    config_file: Option<String>,
}

impl Config {
    /// Which of several packages it is of.
    fn place(&self) -> String {
        let tail = |path: &Option<String>| in_its_workspace(path.as_deref().unwrap_or_default());
        [tail(&self.root_dir), tail(&self.config_file)].join("\n")
    }
}

/// Playwright's own counts.
#[derive(Deserialize)]
pub(crate) struct Stats {
    expected: u64,
    unexpected: u64,
    flaky: u64,
    skipped: u64,
    #[serde(default)]
    duration: Option<f64>,
}

/// Judges a report.
pub(crate) fn judge(
    suites: &[Suite],
    errors: &[Trouble],
    config: Option<&Config>,
    stats: Option<&Stats>,
) -> ReportSummary {
    let mut tally = Tally::default();
    let fail_on_flaky = config.is_some_and(|config| config.fail_on_flaky);
    if let Some(place) = config.map(Config::place).filter(|place| place.trim() != "") {
        tally.enter(&place);
    }
    for suite in suites {
        walk(suite, "", fail_on_flaky, &mut tally);
    }
    let counted = tally.tests();
    let messages =
        errors.iter().map(|error| error.message.as_deref().unwrap_or("without a message"));
    if tally.tests() == 0 {
        // Nothing was measured: the run broke, which says nothing about the service.
        for message in messages {
            tally.empty_because.get_or_insert_with(|| message.to_owned());
            tally.warn(format!("Playwright reports: {}", one_line(message)));
        }
    } else {
        for message in messages {
            tally.count(TestOutcome::Errored, "", "(the run itself)", message);
        }
    }
    if let Some(stats) = stats {
        tally.duration_ms = stats.duration.filter(|ms| ms.is_finite() && *ms >= 0.0);
        let claimed = [stats.expected, stats.unexpected, stats.flaky, stats.skipped]
            .into_iter()
            .fold(0, u64::saturating_add);
        if errors.is_empty() && claimed != counted {
            let sentence = format!("Its stats say {claimed} tests, but {counted} are in it.");
            // What is not there may be what failed.
            if claimed > counted || stats.unexpected > tally.broken() {
                tally.doubt(sentence)
            } else {
                tally.warn(sentence)
            }
        }
    }
    tally.finish(ReportFormat::Playwright)
}

fn walk(suite: &Suite, above: &str, fail_on_flaky: bool, tally: &mut Tally) {
    let path = match (above, suite.title.as_str()) {
        (path, "") | ("", path) => path.to_owned(),
        (above, title) => format!("{above} › {title}"),
    };
    let path = within_bounds(path);
    for spec in &suite.specs {
        let broken = tally.broken();
        for test in &spec.tests {
            count(test, &path, &spec.title, fail_on_flaky, tally);
        }
        if spec.ok == Some(false) && tally.broken() == broken {
            tally
                .doubt(format!("`{}` is not ok, and no test of it failed.", one_line(&spec.title)));
        }
    }
    for suite in &suite.suites {
        walk(suite, &path, fail_on_flaky, tally);
    }
}

/// Whether the last result of a test is not what was expected of it. Older versions write neither.
fn contradicts(how: &str, expected: Option<&str>) -> bool {
    !how.is_empty() && how != expected.unwrap_or("passed")
}

fn count(test: &Test, suite: &str, title: &str, fail_on_flaky: bool, tally: &mut Tally) {
    let name = if test.project.is_empty() {
        title.to_owned()
    } else {
        format!("{title} [{}]", test.project)
    };
    tally.identify(suite, &name);
    let last = test.results.last();
    let how = last.and_then(|attempt| attempt.status.as_deref()).unwrap_or_default();
    let outcome = match test.status.as_str() {
        "skipped" if how == "interrupted" => {
            return tally.unfinished(suite, &name, "was interrupted");
        }
        // Who skips a test expects it to be skipped; any other has been kept from running. Older
        // versions do not write what is expected.
        "skipped" if test.expected.as_deref().is_some_and(|expected| expected != "skipped") => {
            return tally.unfinished(suite, &name, "did not run");
        }
        "skipped" => TestOutcome::Skipped,
        // Its results would be the evidence.
        "expected" | "flaky" if test.results.is_empty() => {
            return tally.unfinished(suite, &name, "has no result");
        }
        // A file that was put together from others may say one thing and show another.
        "expected" | "flaky" if contradicts(how, test.expected.as_deref()) => {
            let message = format!("It says `{}`, and its last result `{how}`.", test.status);
            tally.count(TestOutcome::Failed, suite, &name, &message);
            return;
        }
        "expected" => TestOutcome::Passed,
        "flaky" if fail_on_flaky => {
            let message = "Passed only when repeated, which this run was told to fail for.";
            tally.count(TestOutcome::Failed, suite, &name, message);
            return;
        }
        "flaky" => TestOutcome::Flaky,
        "unexpected" if matches!(how, "timedOut" | "interrupted") => TestOutcome::Errored,
        "unexpected" => TestOutcome::Failed,
        other => {
            tally.warn(format!(
                "`{}` has the unknown status `{}`.",
                one_line(title),
                one_line(other)
            ));
            TestOutcome::Errored
        }
    };
    let message = last
        .and_then(|attempt| attempt.error.as_ref())
        .and_then(|error| error.message.as_deref())
        .unwrap_or(if how == "timedOut" { "Timed out." } else { "" });
    tally.count(outcome, suite, &name, message);
}
