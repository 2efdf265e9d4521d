//! Reports as the tools write them; see `fixtures/reports/README.md`.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::fmt::Write as _;
use std::path::Path;

use domain::reports::ReportSummary;
use formats::reports::parse;

fn read(file: &str) -> ReportSummary {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reports");
    let summary = parse(&std::fs::read(folder.join(file)).unwrap(), None).unwrap();
    let sum = summary.passed + summary.failed + summary.errored + summary.skipped + summary.flaky;
    assert_eq!(summary.tests, sum);
    summary
}

fn tell(file: &str) -> String {
    let summary = read(file);
    let mut text = format!("{} {}: {}\n", summary.format, summary.verdict, summary.sentence);
    for failure in &summary.failures {
        writeln!(text, "  {} | {} | {}", failure.suite, failure.name, failure.message).unwrap();
    }
    for warning in &summary.warnings {
        writeln!(text, "  ! {warning}").unwrap();
    }
    text
}

#[test]
fn pytest() {
    insta::assert_snapshot!(tell("pytest.xml"), @r#"
    junit failed: 1 failed, 1 errored, 4 passed, 2 skipped; first: test_price[2].
      test_shop | test_price[2] | AssertionError: price <2> & tax assert 2 != 2
      test_shop | test_orders | failed on setup with "ConnectionError: database is down"
    "#);
    insta::assert_snapshot!(tell("pytest-nothing-selected.xml"), @"junit undecided: The report has no test in it, so it proves nothing.");
    assert_eq!(read("pytest.xml").duration_ms, Some(55.0));
}

#[test]
fn nextest() {
    insta::assert_snapshot!(tell("nextest.xml"), @r#"
    junit failed: 1 failed, 1 passed, 1 flaky; first: tests::rounds.
      till | tests::rounds | thread 'tests::rounds' (17937) panicked at src/lib.rs:4:27
      ! Flaky: tests::flaky passed only when repeated.
    "#);
    assert_eq!(read("nextest.xml").duration_ms, Some(419.0));
}

#[test]
fn vitest_and_jest() {
    insta::assert_snapshot!(tell("vitest.xml"), @r#"
    junit failed: 1 failed, 1 passed, 2 skipped; first: cart > prices.
      cart.test.mjs | cart > prices | expected 1 to be 2 // Object.is equality
    "#);
    insta::assert_snapshot!(tell("jest-junit.xml"), @r#"
    junit failed: 1 failed, 1 passed, 1 skipped; first: cart prices.
      cart prices | cart prices | Error: expect(received).toBe(expected) // Object.is equality Expected: 2 Received: 1 at Object.toBe (/home/ci/shop/js/cart.test.js:1:98) at Promise.finally.completed (/home/ci/shop/node_modules/jest-circus/build/jestAdapterInit.js:1834:28) at new Promise (<anonymous>) at callAsyncCircusFn (/home/ci/…
    "#);
}

#[test]
fn playwright_junit() {
    insta::assert_snapshot!(tell("playwright-junit.xml"), @r#"
    junit failed: 1 failed, 1 errored, 1 passed; first: logs in.
      fails.pw.js | logs in | expect(received).toBe(expected) // Object.is equality
      fails.pw.js | never ends | Test timeout of 500ms exceeded.
    "#);
}

#[test]
fn playwright() {
    insta::assert_snapshot!(tell("playwright-flaky.json"), @r#"
    playwright passed: 3 passed, 1 flaky, 1 skipped.
      ! Flaky: is flaky [api] passed only when repeated.
    "#);
    insta::assert_snapshot!(tell("playwright-failed.json"), @r#"
    playwright failed: 1 failed, 1 errored, 1 passed; first: logs in.
      fails.pw.js | logs in | Error: expect(received).toBe(expected) // Object.is equality Expected: "Error 500" Received: "Welcome"
      fails.pw.js | never ends | Test timeout of 500ms exceeded.
    "#);
    insta::assert_snapshot!(tell("playwright-no-tests.json"), @r#"
    playwright undecided: The report has no test in it (Error: No tests found), so it proves nothing.
      ! Playwright reports: Error: No tests found
    "#);
    insta::assert_snapshot!(tell("playwright-load-error.json"), @r#"
    playwright undecided: The report has no test in it (Error: cannot load), so it proves nothing.
      ! Playwright reports: Error: cannot load
    "#);
}

#[test]
fn k6() {
    insta::assert_snapshot!(tell("k6-summary-export.json"), @"k6 passed: 4 passed.");
    insta::assert_snapshot!(tell("k6-handle-summary.json"), @r#"
    k6 failed: 1 failed, 3 passed, 1 flaky, 1 skipped; first: http_req_duration: p(95)<300.
      http_req_duration | http_req_duration: p(95)<300 | Threshold `p(95)<300` was crossed.
      ! Nothing was measured for the threshold `http_req_duration{page:checkout}: p(95)<300`.
      ! total is shown: Failed 2 of 120 times.
    "#);
    assert_eq!(read("k6-handle-summary.json").duration_ms, Some(30_118.4));
}

#[test]
fn the_whole_summary_as_json() {
    insta::assert_json_snapshot!(read("playwright-flaky.json"), @r#"
    {
      "format": "playwright",
      "verdict": "passed",
      "tests": 5,
      "passed": 3,
      "failed": 0,
      "errored": 0,
      "skipped": 1,
      "flaky": 1,
      "duration_ms": 1929.3120000000004,
      "sentence": "3 passed, 1 flaky, 1 skipped.",
      "short": "3 passed, 1 flaky, 1 skipped",
      "failures": [],
      "warnings": [
        "Flaky: is flaky [api] passed only when repeated."
      ]
    }
    "#);
}

/// A report that was cut off is refused.
#[test]
fn no_part_of_a_report_passes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reports");
    for (file, step) in [
        ("vitest.xml", 1),
        ("k6-summary-export.json", 1),
        ("nextest.xml", 13),
        ("playwright-flaky.json", 37),
    ] {
        let whole = std::fs::read(folder.join(file)).unwrap();
        let end = whole.trim_ascii_end().len();
        for cut in (0..end).step_by(step) {
            let part = whole.get(..cut).unwrap();
            assert!(parse(part, None).is_err(), "{file} cut at {cut}");
        }
    }
}

/// Every producer's own files: of a suite where all is well, where one test fails, and where it was cut
/// off or shows nothing for another reason. What wrote
/// them, and in which version, stands in `docs/REPORTS.md`.
#[test]
fn each_producer_is_believed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reports/producers");
    let files = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name());
    let mut files: Vec<_> = files.map(|name| name.into_string().unwrap()).collect();
    files.sort();
    let mut told = String::new();
    for file in files {
        if file == "bats-truncated.xml" {
            let refused = parse(&std::fs::read(folder.join(&file)).unwrap(), None).unwrap_err();
            writeln!(told, "{file}: refused, {refused}").unwrap();
            continue;
        }
        let report = read(&format!("producers/{file}"));
        let verdicts = ["passed", "failed", "undecided"];
        let right =
            verdicts.into_iter().find(|one| file.ends_with(&format!("-{one}.xml"))).unwrap();
        assert_eq!(report.verdict.to_string(), right, "{file}: {}", report.sentence);
        writeln!(told, "{file}: {}", report.sentence).unwrap();
    }
    insta::assert_snapshot!(told, @r#"
    bats-failed.xml: 1 failed, 1 passed; first: sums <prices> & taxes.
    bats-passed.xml: 2 passed, 1 skipped.
    bats-truncated.xml: refused, The JUnit XML cannot be read: it ends inside `<testsuites>`, so it was cut off; send the whole file after the tests have ended.
    behave-failed.xml: 1 failed, 1 passed; first: sums "prices" & taxes.
    behave-passed.xml: 1 passed, 1 skipped.
    ctest-failed.xml: 1 failed, 1 passed; first: sums_prices.
    ctest-passed.xml: 1 passed, 1 skipped.
    gotestsum-failed.xml: 1 failed, 1 passed; first: TestSums.
    gotestsum-passed.xml: 3 passed, 1 skipped.
    jest-failed.xml: 1 failed, 1 passed; first: Cart totals sums "prices" & taxes.
    jest-passed.xml: 2 passed, 1 skipped.
    jest-todo-undecided.xml: 2 passed, but not to be relied on: Suite `undefined` says 0 tests, but 2 are said to have run.
    lit-cut-off-undecided.xml: 1 passed, 2 skipped, but not to be relied on: slow.t did not run to its end.
    mocha-failed.xml: 1 failed, 1 passed; first: Cart totals sums "prices" & taxes.
    mocha-passed.xml: 2 passed, 1 skipped.
    mocha-pending-left-out-passed.xml: 2 passed.
    newman-failed.xml: 1 failed, 1 passed; first: sums "prices" & taxes.
    newman-junitfull-failed.xml: 1 failed, 1 passed; first: sums "prices" & taxes.
    newman-junitfull-passed.xml: 3 passed.
    newman-passed.xml: 3 passed.
    node-failed.xml: 1 failed, 1 passed; first: sums &quot;prices&quot; & taxes.
    node-parent-undecided.xml: 1 passed, but not to be relied on: Its own count says 1 failed, but no test in it did.
    node-passed.xml: 2 passed, 1 skipped.
    phpunit-failed.xml: 1 failed, 1 passed; first: testSums.
    phpunit-no-test-undecided.xml: All 1 were skipped, so the report proves nothing.
    phpunit-passed.xml: 3 passed, 1 skipped.
    phpunit-risky-undecided.xml: 2 passed, 1 skipped, but not to be relied on: testNoAssert is risky, as its tool has it: it shows nothing.
    playwright-1.57-ended-undecided.xml: 1 passed, 3 skipped, but not to be relied on: slow did not run, though nobody chose to skip it.
    playwright-ended-undecided.xml: 1 passed, 2 skipped, but not to be relied on: b did not run, though nobody chose to skip it.
    playwright-skips-passed.xml: 1 passed, 5 skipped.
    pytest-interrupted-undecided.xml: 1 passed, 1 skipped, but not to be relied on: A test without a name did not run to its end.
    pytest-reruns-passed.xml: 2 passed.
    pytest-setup-only-undecided.xml: 1 passed, but not to be relied on: Suite `pytest` says 0 tests, but 1 are said to have run.
    robot-failed.xml: 1 failed, 1 passed; first: Sums "Prices" & Taxes.
    robot-passed.xml: 2 passed, 1 skipped.
    rspec-failed.xml: 1 failed, 1 passed; first: Cart totals sums "prices" & taxes.
    rspec-passed.xml: 2 passed, 1 skipped.
    unittest-xml-reporting-failed.xml: 1 failed, 1 passed; first: test_sums.
    unittest-xml-reporting-passed.xml: 2 passed, 1 skipped.
    "#);
}
