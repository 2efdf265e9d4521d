//! Whatever a report is made of: with a red test it fails, and it passes only where the run came to
//! its end and something was measured.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use domain::reports::ReportVerdict;
use formats::reports::parse;
use proptest::prelude::*;
use serde_json::json;

/// What became of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Well,
    Flaky,
    Skipped,
    Badly,
    NotAtAll,
}

fn ended() -> impl Strategy<Value = Ended> {
    prop_oneof![
        6 => Just(Ended::Well),
        1 => Just(Ended::Flaky),
        2 => Just(Ended::Skipped),
        1 => Just(Ended::Badly),
        1 => Just(Ended::NotAtAll),
    ]
}

/// What a report of these must come to.
fn right(all: &[Ended]) -> ReportVerdict {
    if all.contains(&Ended::Badly) {
        ReportVerdict::Failed
    } else if all.contains(&Ended::NotAtAll)
        || !all.iter().any(|one| matches!(one, Ended::Well | Ended::Flaky))
    {
        ReportVerdict::Undecided
    } else {
        ReportVerdict::Passed
    }
}

fn said(text: &str) -> ReportVerdict {
    parse(text.as_bytes(), None).unwrap().verdict
}

/// The ways in which a case of JUnit says how it ended.
fn case(ended: Ended, dialect: usize) -> &'static str {
    let ways: &[&str] = match ended {
        Ended::Well => &[
            "<testcase name='t'/>",
            "<testcase name='t' status='run' result='completed'/>",
            "<testcase name='t' status='passed'><system-out>ok</system-out></testcase>",
        ],
        Ended::Flaky => &[
            "<testcase name='t'><flakyFailure/></testcase>",
            "<testcase name='t'><rerunError/></testcase>",
        ],
        Ended::Skipped => &[
            "<testcase name='t'><skipped/></testcase>",
            "<testcase name='t' status='run' result='skipped'/>",
            "<testcase name='t' executed='false'/>",
            "<testcase name='t'><skipped/><failure/></testcase>",
            "<testcase name='t' status='notrun'><skipped message='Disabled'/></testcase>",
        ],
        Ended::Badly => &[
            "<testcase name='t'><failure/></testcase>",
            "<testcase name='t'><skipped/><error/></testcase>",
            "<testcase name='t' status='fail'/>",
            "<testcase name='t' result='timed out'/>",
            "<testcase name='t' status='notrun'><skipped message='No such file'/></testcase>",
            "<error message='set-up'/>",
        ],
        Ended::NotAtAll => {
            &["<testcase name='t' status='interrupted'/>", "<testcase name='t' status='untested'/>"]
        }
    };
    ways[dialect % ways.len()]
}

fn junit(suites: &[Vec<(Ended, usize)>]) -> String {
    let suites = suites.iter().map(|suite| {
        let cases: String = suite.iter().map(|(ended, dialect)| case(*ended, *dialect)).collect();
        format!("<testsuite name='s'>{cases}</testsuite>")
    });
    format!("<testsuites>{}</testsuites>", suites.collect::<String>())
}

fn playwright(all: &[Ended]) -> String {
    let specs = all.iter().map(|ended| {
        let (status, expected, results) = match ended {
            Ended::Well => ("expected", "passed", json!([{"status": "passed"}])),
            Ended::Flaky => {
                ("flaky", "passed", json!([{"status": "failed"}, {"status": "passed"}]))
            }
            Ended::Skipped => ("skipped", "skipped", json!([{"status": "skipped"}])),
            Ended::Badly => ("unexpected", "passed", json!([{"status": "failed"}])),
            Ended::NotAtAll => ("skipped", "passed", json!([{"status": "interrupted"}])),
        };
        json!({"title": "t", "tests": [
            {"status": status, "expectedStatus": expected, "results": results}
        ]})
    });
    json!({"config": {}, "suites": [{"title": "s", "specs": specs.collect::<Vec<_>>()}]})
        .to_string()
}

/// A threshold each; a check that failed at times is forgiven by none.
fn k6(all: &[Ended], iterations: u32) -> String {
    let mut metrics = serde_json::Map::new();
    metrics.insert("iterations".into(), json!({"count": iterations, "rate": 1}));
    let mut checks = Vec::new();
    for (n, ended) in all.iter().enumerate() {
        let threshold = |ok: bool, samples: u32| {
            json!({"type": "rate", "values": {"passes": samples, "fails": 0},
                "thresholds": {"rate<1": {"ok": ok}}})
        };
        match ended {
            Ended::Well | Ended::Flaky => {
                metrics.insert(format!("m{n}"), threshold(true, 9));
            }
            Ended::Badly if n % 2 == 0 => {
                metrics.insert(format!("m{n}"), threshold(false, 9));
            }
            Ended::Badly => checks.push(json!({"name": "c", "passes": 8, "fails": 1})),
            Ended::NotAtAll => {
                metrics.insert(format!("m{n}"), threshold(true, 0));
            }
            Ended::Skipped => checks.push(json!({"name": "c", "passes": 0, "fails": 0})),
        }
    }
    json!({"metrics": metrics, "root_group": {"name": "", "checks": checks}}).to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn junit_comes_to_what_is_in_it(
        suites in proptest::collection::vec(
            proptest::collection::vec((ended(), 0..30_usize), 0..6), 0..4),
    ) {
        let all: Vec<_> = suites.iter().flatten().map(|(ended, _)| *ended).collect();
        let text = junit(&suites);
        prop_assert_eq!(said(&text), right(&all), "{}", text);
    }

    #[test]
    fn playwright_comes_to_what_is_in_it(all in proptest::collection::vec(ended(), 0..8)) {
        prop_assert_eq!(said(&playwright(&all)), right(&all));
    }

    #[test]
    fn k6_comes_to_what_is_in_it(
        all in proptest::collection::vec(ended(), 0..8),
        iterations in 0..3_u32,
    ) {
        let red = all.contains(&Ended::Badly);
        let expected = if iterations == 0 && !red { ReportVerdict::Undecided } else { right(&all) };
        prop_assert_eq!(said(&k6(&all, iterations)), expected);
    }

    /// The tool's own word only makes it worse.
    #[test]
    fn an_exit_status_never_helps(
        all in proptest::collection::vec(ended(), 0..8),
        exit_status in prop_oneof![Just(0), 1..128_u32, 128..256_u32],
    ) {
        let mut report = parse(playwright(&all).as_bytes(), None).unwrap();
        let before = report.verdict;
        report.ended_with(exit_status);
        let rank = |verdict| match verdict {
            ReportVerdict::Passed => 0,
            ReportVerdict::Undecided => 1,
            ReportVerdict::Failed => 2,
        };
        prop_assert!(rank(report.verdict) >= rank(before));
        prop_assert!(report.verdict != ReportVerdict::Passed || exit_status == 0);
    }
}
