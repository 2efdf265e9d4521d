//! The rules for reports: what passes, what is undecided, what is refused and how it is said.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use domain::reports::{MAX_FAILURES, ReportSummary, ReportVerdict};
use formats::reports::parse;
use proptest::prelude::*;
use rstest::rstest;

fn read(text: &str) -> ReportSummary {
    parse(text.as_bytes(), None).unwrap()
}

fn refusal(bytes: &[u8]) -> String {
    parse(bytes, None).unwrap_err().to_string()
}

#[rstest]
#[case::bare_root("<testsuite name='a'><testcase name='x'/></testsuite>", "1 passed.")]
#[case::nested(
    "<testsuites><testsuite name='a'><testsuite name='b'><testcase name='x'/></testsuite>\
     <testcase name='y'/></testsuite></testsuites>",
    "2 passed."
)]
#[case::prefixed("<j:testsuite xmlns:j='u'><j:testcase name='x'/></j:testsuite>", "1 passed.")]
#[case::mark_and_comment(
    "\u{feff} <!-- by hand --><testsuite><testcase name='x'/></testsuite>\n",
    "1 passed."
)]
#[case::surefire_flaky(
    "<testsuite tests='1' failures='0'><testcase name='x'><flakyError type='E'>boom</flakyError>\
     </testcase></testsuite>",
    "1 flaky."
)]
#[case::surefire_rerun(
    "<testsuite><testcase name='x'><failure>a</failure><rerunFailure>b</rerunFailure></testcase>\
     </testsuite>",
    "1 failed; first: x."
)]
#[case::worst_counts(
    "<testsuite><testcase name='x'><skipped/><failure/><error/></testcase></testsuite>",
    "1 errored; first: x."
)]
#[case::attribute_only(
    "<testsuite><testcase name='x' status='notrun'/><testcase name='y' status='run'/></testsuite>",
    "1 passed, 1 skipped."
)]
#[case::suite_fixture(
    "<testsuite name='s' errors='1' tests='1'><testcase name='x'/><error message='set-up'/>\
     </testsuite>",
    "1 errored, 1 passed; first: (the suite itself)."
)]
#[case::none("<testsuites/>", "The report has no test in it, so it proves nothing.")]
#[case::none_but_claimed(
    "<testsuite tests='40' failures='0'/>",
    "The report has no test in it, so it proves nothing."
)]
#[case::broken_suite_without_a_case(
    "<testsuites><testsuite name='a' tests='0' errors='1'/></testsuites>",
    "The report has no test in it (Suite `a` says 1 failures and errors, but 0 are in it), so it \
     proves nothing."
)]
#[case::all_skipped(
    "<testsuite><testcase name='x'><skipped/></testcase></testsuite>",
    "All 1 were skipped, so the report proves nothing."
)]
#[case::claims_unseen_failures(
    "<testsuite name='a' tests='2' failures='1'><testcase name='x'/><testcase name='y'/>\
     </testsuite>",
    "2 passed, but not to be relied on: Suite `a` says 1 failures and errors, but 0 are in it."
)]
#[case::googletest_skipped(
    "<testsuite><testcase name='x' status='run' result='skipped'/></testsuite>",
    "All 1 were skipped, so the report proves nothing."
)]
#[case::executed_is_false(
    "<testsuite><testcase name='x' executed='False'/><testcase name='y'/></testsuite>",
    "1 passed, 1 skipped."
)]
#[case::pending_and_ignored(
    "<testsuite><testcase name='x'><pending/></testcase><testcase name='y'><ignored/></testcase>\
     <testcase name='z'/></testsuite>",
    "1 passed, 2 skipped."
)]
#[case::said_to_have_failed(
    "<testsuite><testcase name='x' status='fail'/><testcase name='y' result='Timed Out'/>\
     <testcase name='z' success='false'/></testsuite>",
    "2 failed, 1 errored; first: x."
)]
#[case::could_not_be_started(
    "<testsuite failures='0'><testcase name='x' status='run'/><testcase name='y' status='notrun'>\
     <skipped message='Required Files Missing'/></testcase></testsuite>",
    "1 errored, 1 passed; first: y."
)]
#[case::chose_not_to_run(
    "<testsuite><testcase name='x' status='run'/><testcase name='y' status='notrun'>\
     <skipped message='SKIP_RETURN_CODE=77'/></testcase></testsuite>",
    "1 passed, 1 skipped."
)]
#[case::without_a_result(
    "<testsuite><testcase name='x'/><testcase name='y' status='untested'/></testsuite>",
    "1 passed, 1 skipped, but not to be relied on: y did not run to its end."
)]
#[case::suite_that_was_aborted(
    "<testsuites><testsuite name='a' aborted='true'><testcase name='x'/></testsuite></testsuites>",
    "1 passed, but not to be relied on: Suite `a` did not run to its end."
)]
#[case::may_fail(
    "<testsuite failures='1'><testcase name='x'><skipped/><failure/></testcase>\
     <testcase name='y'/></testsuite>",
    "1 passed, 1 skipped."
)]
#[case::failed_and_then_forgiven(
    "<testsuite failures='0'><testcase name='x'><failure/><skipped/></testcase>\
     <testcase name='y'/></testsuite>",
    "1 passed, 1 skipped."
)]
#[case::failed_and_then_skipped_by_its_teardown(
    "<testsuites><testsuite failures='1' skipped='1'><testcase name='x'><failure/><skipped/>\
     </testcase><testcase name='y'/></testsuite></testsuites>",
    "1 failed, 1 passed; first: x."
)]
#[case::in_a_group_nobody_knows(
    "<testsuite><group><testcase name='x'><failure/></testcase></group><testcase name='y'/>\
     </testsuite>",
    "1 failed, 1 passed; first: x."
)]
#[case::its_result_one_element_further_in(
    "<testsuite><testcase name='x'><results><failure/></results></testcase><testcase name='y'/>\
     </testsuite>",
    "1 failed, 1 passed; first: x."
)]
#[case::a_failure_of_nobody_knows_what(
    "<testsuite><group><failure/></group><testcase name='y'/></testsuite>",
    "1 passed, but not to be relied on: There is a `<failure>` in a `<group>`, where nobody can tell \
     what failed."
)]
#[case::skipped_and_then_broken_by_its_teardown(
    "<testsuite><testcase name='x'><skipped/><error/></testcase><testcase name='y'/></testsuite>",
    "1 errored, 1 passed; first: x."
)]
fn junit_says(#[case] text: &str, #[case] sentence: &str) {
    assert_eq!(read(text).sentence, sentence);
}

#[rstest]
#[case::no_criteria(
    r#"{"metrics": {"iterations": {"count": 9}}, "root_group": {"name": ""}}"#,
    "The report has no threshold and no check in it, so it proves nothing."
)]
#[case::nothing_ran(
    r#"{"metrics": {"http_req_failed": {"values": {"rate": 0}, "thresholds": {"rate<1": {"ok": true}}}}}"#,
    "1 passed, but not to be relied on: No iteration of the script ran to its end."
)]
#[case::no_samples(
    r#"{"metrics": {"iterations": {"count": 9, "rate": 1}, "http_req_failed":
        {"value": 0, "passes": 0, "fails": 0, "thresholds": {"rate<1": false}}}}"#,
    "1 skipped, but not to be relied on: Nothing was measured for the threshold \
     `http_req_failed: rate<1`."
)]
#[case::true_is_crossed_in_the_old_form(
    r#"{"metrics": {"iterations": {"count": 9, "rate": 1}, "http_req_failed":
        {"value": 1, "passes": 9, "fails": 0, "thresholds": {"rate<0.1": true}}}}"#,
    "1 failed; first: http_req_failed: rate<0.1."
)]
#[case::unreadable_threshold(
    r#"{"metrics": {"iterations": {"count": 9, "thresholds": {"count>1": "yes"}}}}"#,
    "1 errored; first: iterations: count>1."
)]
#[case::a_check_that_failed_once(
    r#"{"metrics": {"iterations": {"count": 9}}, "root_group":
        {"checks": [{"name": "ok", "passes": 8, "fails": 1}]}}"#,
    "1 failed; first: ok."
)]
#[case::only_checks(
    r#"{"metrics": {"iterations": {"count": 9}}, "root_group":
        {"checks": [{"name": "ok", "passes": 9, "fails": 0}]}}"#,
    "1 passed."
)]
#[case::playwright_skipped(
    r#"{"config": {}, "suites": [{"specs": [{"title": "a", "tests": [
        {"status": "skipped", "results": []}, {"status": "expected", "results": []}]}]}]}"#,
    "2 skipped, but not to be relied on: a has no result."
)]
#[case::playwright_global_error(
    r#"{"config": {}, "errors": [{"message": "teardown"}], "suites": [{"specs": [{"title": "a",
        "tests": [{"status": "expected", "results": [{"status": "passed"}]}]}]}]}"#,
    "1 errored, 1 passed; first: (the run itself)."
)]
#[case::playwright_stats_know_more(
    r#"{"stats": {"expected": 1, "unexpected": 1, "flaky": 0, "skipped": 0}, "suites": [{"specs":
        [{"title": "a", "tests": [{"status": "expected", "results": [{"status": "passed"}]}]}]}]}"#,
    "1 passed, but not to be relied on: Its stats say 2 tests, but 1 are in it."
)]
#[case::a_threshold_on_some_checks(
    r#"{"metrics": {"iterations": {"count": 9}, "checks{page:login}": {"value": 1, "passes": 9,
        "fails": 0, "thresholds": {"rate>0.9": false}}}, "root_group":
        {"checks": [{"name": "paid", "passes": 8, "fails": 1}]}}"#,
    "1 failed, 1 passed; first: paid."
)]
#[case::a_threshold_on_all_checks(
    r#"{"metrics": {"iterations": {"count": 9}, "checks": {"value": 0.9, "passes": 8, "fails": 1,
        "thresholds": {"rate>0.8": false}}}, "root_group":
        {"checks": [{"name": "paid", "passes": 8, "fails": 1}]}}"#,
    "1 passed, 1 flaky."
)]
#[case::a_criterion_without_data(
    r#"{"metrics": {"iterations": {"count": 9}, "checks": {"values": {"passes": 0, "fails": 0},
        "thresholds": {"rate>0.9": {"ok": true}}}, "http_req_duration": {"values": {"max": 9},
        "thresholds": {"p(95)<50": {"ok": true}}}}}"#,
    "1 passed, 1 skipped, but not to be relied on: Nothing was measured for the threshold \
     `checks: rate>0.9`."
)]
#[case::only_the_set_up_asked(
    r#"{"metrics": {"http_reqs": {"count": 1}, "http_req_failed": {"passes": 0, "fails": 1,
        "thresholds": {"rate<0.1": false}}}}"#,
    "1 passed, but not to be relied on: No iteration of the script ran to its end."
)]
#[case::machine_readable(
    r#"{"metadata": {"k6_version": "1.7.1"}, "config": {"duration": 2.5}, "results": {"checks":
        {"results": [{"name": "paid", "passes": 6, "fails": 4}]}, "metrics":
        [{"name": "iterations", "type": "counter", "values": {"count": 10}}]}}"#,
    "1 failed; first: paid."
)]
#[case::machine_readable_without_an_iteration(
    r#"{"metadata": {"k6_version": "1.7.1"}, "results": {"checks": {"results": [{"name": "paid",
        "passes": 1, "fails": 0}]}, "metrics": []}}"#,
    "1 passed, but not to be relied on: No iteration of the script ran to its end."
)]
#[case::machine_readable_without_a_check(
    r#"{"metadata": {"k6_version": "1.7.1"}, "results": {"checks": {"results": null}, "metrics":
        [{"name": "iterations", "values": {"count": 10}}]}}"#,
    "The report has no threshold and no check in it, so it proves nothing."
)]
#[case::playwright_interrupted(
    r#"{"config": {}, "suites": [{"specs": [{"title": "a", "tests": [{"status": "expected",
        "expectedStatus": "passed", "results": [{"status": "passed"}]}]}, {"title": "b", "tests":
        [{"status": "skipped", "expectedStatus": "passed", "results": [{"status": "interrupted"}]}]}
        ]}]}"#,
    "1 passed, 1 skipped, but not to be relied on: b was interrupted."
)]
#[case::playwright_never_ran(
    r#"{"config": {}, "suites": [{"specs": [{"title": "a", "tests": [{"status": "expected",
        "expectedStatus": "passed", "results": [{"status": "passed"}]}]}, {"title": "b", "tests":
        [{"status": "skipped", "expectedStatus": "passed", "results": []}]}]}]}"#,
    "1 passed, 1 skipped, but not to be relied on: b did not run."
)]
#[case::playwright_skipped_by_choice(
    r#"{"config": {}, "suites": [{"specs": [{"title": "a", "tests": [{"status": "expected",
        "expectedStatus": "passed", "results": [{"status": "passed"}]}]}, {"title": "b", "tests":
        [{"status": "skipped", "expectedStatus": "skipped", "results": [{"status": "skipped"}]}]}
        ]}]}"#,
    "1 passed, 1 skipped."
)]
#[case::playwright_told_that_flaky_fails(
    r#"{"config": {"failOnFlakyTests": true}, "suites": [{"specs": [{"title": "a", "tests":
        [{"status": "flaky", "results": [{"status": "failed"}, {"status": "passed"}]}]}]}]}"#,
    "1 failed; first: a."
)]
#[case::statistics_somebody_chose(
    r#"{"metrics": {"iterations": {"count": 9}, "http_req_duration{name:pay}": {"p(95)": 0, "p(99)": 0,
        "thresholds": {"p(95)<500": false}}}}"#,
    "1 skipped, but not to be relied on: Nothing was measured for the threshold \
     `http_req_duration{name:pay}: p(95)<500`."
)]
#[case::a_script_s_own_trend(
    r#"{"metrics": {"iterations": {"count": 9}, "pay_time": {"values": {"med": 0, "p(99.9)": 0},
        "thresholds": {"p(95)<500": {"ok": true}}}}}"#,
    "1 skipped, but not to be relied on: Nothing was measured for the threshold \
     `pay_time: p(95)<500`."
)]
#[case::a_page_that_never_came(
    r#"{"metrics": {"iterations": {"count": 9}, "browser_web_vital_lcp": {"values": {"avg": 0, "p(95)": 0},
        "thresholds": {"p(95)<2500": {"ok": true}}}}}"#,
    "1 skipped, but not to be relied on: Nothing was measured for the threshold \
     `browser_web_vital_lcp: p(95)<2500`."
)]
#[case::a_gauge_never_set(
    r#"{"metrics": {"iterations": {"count": 9}, "depth": {"values": {"value": 0, "min": 0, "max": 0},
        "thresholds": {"value<10": {"ok": true}}}}}"#,
    "1 skipped, but not to be relied on: Nothing was measured for the threshold `depth: value<10`."
)]
#[case::what_may_be_nothing(
    r#"{"metrics": {"iterations": {"count": 9}, "browser_web_vital_cls": {"values": {"avg": 0, "p(95)": 0},
        "thresholds": {"p(95)<0.1": {"ok": true}}}, "http_req_connecting": {"values": {"p(95)": 0},
        "thresholds": {"p(95)<50": {"ok": true}}}, "lost": {"values": {"count": 0, "rate": 0},
        "thresholds": {"count<1": {"ok": true}}}}}"#,
    "3 passed."
)]
fn json_says(#[case] text: &str, #[case] sentence: &str) {
    assert_eq!(read(text).sentence, sentence);
}

#[test]
fn the_cases_count_where_attributes_say_otherwise() {
    let summary =
        read("<testsuite name='a' tests='9' failures='0'><testcase name='x'/></testsuite>");
    // Catch2 and doctest count assertions, mocha-junit-reporter what it leaves out.
    assert_eq!((summary.verdict, summary.tests), (ReportVerdict::Passed, 1));
    assert_eq!(summary.warnings, ["Suite `a` says 9 tests, but 1 are in it."]);
}

/// What a report says of itself against the cases in it.
#[rstest]
#[case::no_number("<testsuite failures='many'><testcase name='a'/></testsuite>", false)]
#[case::negative("<testsuite failures='-1'><testcase name='a'/></testsuite>", false)]
#[case::says_failed("<testsuite status='failed'><testcase name='a'/></testsuite>", false)]
#[case::no_success(
    "<testsuites success='false'><testsuite><testcase name='a'/></testsuite></testsuites>",
    false
)]
#[case::not_ok("<testsuite><testcase name='a' status='NOK'/></testsuite>", false)]
#[case::outcome("<testsuite><testcase name='a' outcome='failed'/></testsuite>", false)]
#[case::broken("<testsuite><testcase name='a'><broken/></testcase></testsuite>", false)]
#[case::aborted("<testsuite><testcase name='a'><aborted/></testcase></testsuite>", false)]
#[case::says_how_many_failed("<testsuite failed='1'><testcase name='a'/></testsuite>", false)]
#[case::says_that_none_failed("<testsuite failed='0'><testcase name='a'/></testsuite>", true)]
#[case::says_that_it_did_not_fail(
    "<testsuite failed='false'><testcase name='a'/></testsuite>",
    true
)]
#[case::hung("<testsuite><testcase name='a' status='hung'/></testsuite>", false)]
#[case::blocked("<testsuite><testcase name='a' status='blocked'/></testsuite>", false)]
#[case::doctype("<!DOCTYPE testsuite><testsuite><testcase name='a'/></testsuite>", true)]
#[case::timeouts("<testsuite timeouts='1'><testcase name='a'/></testsuite>", false)]
#[case::ginkgo_failed(
    "<testsuite><properties><property name='SuiteSucceeded' value='false'/></properties>\
     <testcase name='[It] a' status='passed'/></testsuite>",
    false
)]
#[case::ginkgo_focus(
    "<testsuite><properties><property name='SuiteSucceeded' value='true'/><property \
     name='SpecialSuiteFailureReason' value='Detected Programmatic Focus'/></properties><testcase \
     name='[It] a' status='passed'/></testsuite>",
    false
)]
#[case::ginkgo_dry_run(
    "<testsuite><properties><property name='DryRun' value='true'/></properties>\
     <testcase name='[It] a' status='passed'/></testsuite>",
    false
)]
#[case::ginkgo(
    "<testsuite tests='2'><properties><property name='SuiteSucceeded' value='true'/><property \
     name='SpecialSuiteFailureReason' value=''/><property name='DryRun' value='false'/></properties>\
     <testcase name='[BeforeSuite]' status='passed'/><testcase name='[It] a' status='passed'/>\
     </testsuite>",
    true
)]
#[case::ginkgo_only_around_tests(
    "<testsuite><testcase name='[It] a' status='skipped'><skipped/></testcase><testcase \
     name='[ReportAfterSuite] write' status='passed'/></testsuite>",
    false
)]
#[case::a_test_that_has_a_property_of_that_name(
    "<testsuite><testcase name='a'><properties><property name='DryRun' value='true'/></properties>\
     </testcase></testsuite>",
    true
)]
#[case::node(
    "<testsuites><testsuite name='p' tests='1' failures='0'><testcase name='c'/></testsuite>\
     <!-- tests 2 --><!-- pass 1 --><!-- fail 1 --><!-- cancelled 0 --></testsuites>",
    false
)]
#[case::node_without_a_failure(
    "<testsuites><testcase name='c'/><!-- pass 1 --><!-- fail 0 --><!-- cancelled 0 --></testsuites>",
    true
)]
#[case::node_without_a_test(
    "<testsuites><testcase name='d'/><!-- tests 0 --><!-- suites 1 --><!-- fail 0 --></testsuites>",
    false
)]
#[case::written_twice_elsewhere("<testsuite x='1' x='2'><testcase name='a'/></testsuite>", true)]
#[case::without_a_name("<testsuite><testcase name='a'/><testcase time='0'/></testsuite>", false)]
#[case::without_a_name_that_is_there("<testsuite><testcase name='' id='1'/></testsuite>", true)]
#[case::fewer_tests_than_ran(
    "<testsuite tests='1'><testcase name='a'/><testcase name='b'/></testsuite>",
    true
)]
#[case::none_of_those_that_ran("<testsuite tests='0'><testcase name='a'/></testsuite>", false)]
#[case::repeated("<testsuite tests='1'><testcase name='a'/><testcase name='a'/></testsuite>", true)]
#[case::skipped_ones_not_counted(
    "<testsuite tests='1'><testcase name='a'/><testcase name='b'><skipped/></testcase></testsuite>",
    true
)]
#[case::cut_off(
    "<testsuite><testcase name='a'/><testcase name='b'><skipped message='User interrupt'/></testcase>\
     </testsuite>",
    false
)]
#[case::risky(
    "<testsuite errors='1'><testcase name='a'/><testcase name='b' assertions='0'><error \
     type='PHPUnit\\Framework\\RiskyTestError'>No assertions</error></testcase></testsuite>",
    false
)]
#[case::risky_that_was_aborted(
    "<testsuite errors='1'><testcase name='a'/><testcase name='b' assertions='1'><error \
     type='PHPUnit\\Framework\\RiskyTestError'>Execution aborted after 1 second</error></testcase>\
     </testsuite>",
    false
)]
#[case::risky_that_asserted(
    "<testsuite errors='1'><testcase name='a'/><testcase name='b' assertions='1'><error \
     type='PHPUnit\\Framework\\OutputError'>This test printed output</error></testcase></testsuite>",
    true
)]
#[case::karma(
    "<testsuite id='0' hostname='ci' tests='2'><testcase name='a'/><testcase name='b'><skipped/>\
     </testcase></testsuite>",
    true
)]
#[case::gd_unit(
    "<testsuites id='2026-11-29'><testsuite><testcase name='a'/><testcase name='b'><skipped \
     message='SKIPPED: later'/></testcase></testsuite></testsuites>",
    true
)]
#[case::playwright_not_run(
    "<testsuites id=''><testsuite name='s.js'><testcase name='a' classname='s.js'/><testcase name='b' \
     classname='s.js' time='0'><skipped/></testcase></testsuite></testsuites>",
    false
)]
#[case::somebody_else_s_id(
    "<testsuites id='7'><testsuite name='s'><testcase name='a'/><testcase name='b' \
     classname='x'><skipped/></testcase></testsuite></testsuites>",
    true
)]
#[case::phpunit_without_a_test(
    "<testsuite tests='1' warnings='1'><testcase name='Warning' assertions='0'><warning>No tests \
     found in class \"E\".</warning></testcase></testsuite>",
    false
)]
fn what_a_report_says_of_itself(#[case] text: &str, #[case] passes: bool) {
    let verdict = read(text).verdict;
    assert_eq!(verdict == ReportVerdict::Passed, passes, "{verdict:?}");
}

/// Written twice, an attribute may say one thing and hide another.
#[test]
fn an_attribute_is_written_once() {
    let twice = b"<testsuite><testcase name='a' status='passed' status='failed'/></testsuite>";
    assert!(refusal(twice).contains("`status` is written twice"), "{}", refusal(twice));
}

/// Files of one name and suites of one name in several folders are several.
#[rstest]
#[case(
    "<testsuite name='Login' file='/ci/1/e2e/shop.js'>",
    "<testsuite name='Login' file='/ci/1/e2e/admin.js'>"
)]
#[case("<testsuite name='Login' package='shop'>", "<testsuite name='Login' package='admin'>")]
fn where_a_test_stands_is_a_part_of_what_it_is(#[case] one: &str, #[case] other: &str) {
    let cases = |suite: &str| read(&format!("{suite}<testcase name='a'/></testsuite>")).cases;
    assert!(!cases(one).covers(&cases(other)));
    let named = |path: &str| format!("<testsuite name='{path}'>");
    assert!(
        cases(&named("/builds/a1/0/shop@2/phpunit.xml"))
            .covers(&cases(&named("/srv/shop/phpunit.xml")))
    );
    // The machine it ran on is not.
    assert!(cases(one).covers(&cases(&one.replace("/ci/1/", "D:\\jobs\\2\\"))));
    let case = |file: &str| {
        read(&format!("<testsuite><testcase name='a' file='{file}'/></testsuite>")).cases
    };
    assert!(!case("t/a.py").covers(&case("t/b.py")));
    assert!(!case("e2e/1/x.js").covers(&case("e2e/2/x.js")));
    let json = |root: &str| {
        read(&format!(
            r#"{{"config": {{"rootDir": "{root}"}}, "suites": [{{"specs": [{{"title": "a", "tests":
        [{{"status": "expected", "results": [{{"status": "passed"}}]}}]}}]}}]}}"#
        ))
        .cases
    };
    assert!(!json("/ci/1/shop").covers(&json("/ci/1/admin")));
    assert!(json("/ci/1/packages/shop").covers(&json("/ci/2/packages/shop")));
}

/// What k6 and Playwright say twice is believed where it is worse.
#[rstest]
#[case::checks_without_groups(
    r#"{"metrics": {"checks": {"passes": 1, "fails": 1}, "iterations": {"count": 2, "rate": 1},
        "x": {"avg": 1, "min": 1, "med": 1, "max": 1, "thresholds": {"avg<5": false}}}}"#,
    ReportVerdict::Failed
)]
#[case::a_trend_of_nothing(
    r#"{"metrics": {"iterations": {"count": 2, "rate": 1},
        "x": {"avg": 0, "min": 0, "med": 0, "max": 0, "thresholds": {"avg<5": false}}}}"#,
    ReportVerdict::Undecided
)]
#[case::a_threshold_on_nothing(
    r#"{"metrics": {"iterations": {"type": "counter", "contains": "default",
        "values": {"count": 2, "rate": 1}}, "x": {"type": "trend", "contains": "time",
        "values": {}, "thresholds": {"avg<5": {"ok": true}}}}}"#,
    ReportVerdict::Undecided
)]
#[case::playwright_expects_what_failed(
    r#"{"config": {}, "suites": [{"specs": [{"title": "a", "tests":
        [{"status": "expected", "results": [{"status": "failed"}]}]}]}]}"#,
    ReportVerdict::Failed
)]
#[case::playwright_expected_failure(
    r#"{"config": {}, "suites": [{"specs": [{"title": "a", "tests":
        [{"status": "expected", "expectedStatus": "failed", "results": [{"status": "failed"}]}]}]}]}"#,
    ReportVerdict::Passed
)]
#[case::playwright_not_ok(
    r#"{"config": {}, "suites": [{"specs": [{"title": "a", "ok": false, "tests":
        [{"status": "expected", "results": [{"status": "passed"}]}]}]}]}"#,
    ReportVerdict::Undecided
)]
#[case::playwright_left_out(
    r#"{"suites": [{"specs": [{"title": "a", "tests":
        [{"status": "expected", "results": [{"status": "passed"}]}]}]}],
        "stats": {"expected": 40, "unexpected": 0, "flaky": 0, "skipped": 0}}"#,
    ReportVerdict::Undecided
)]
fn the_worse_of_two_words_counts(#[case] text: &str, #[case] verdict: ReportVerdict) {
    assert_eq!(read(text).verdict, verdict);
}

#[test]
fn failures_are_listed_up_to_the_limit_and_shortened() {
    let case = format!(
        "<testcase name='n' classname='c'><failure>{}</failure></testcase>",
        "x ".repeat(9_999)
    );
    let summary = read(&format!("<testsuite>{}</testsuite>", case.repeat(30)));
    assert_eq!((summary.failed, summary.failures.len()), (30, MAX_FAILURES));
    assert!(summary.failures.iter().all(|failure| failure.message.chars().count() <= 301));
}

#[test]
fn what_is_no_report_is_refused_with_what_to_change() {
    let bomb = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><testsuite>&b;</testsuite>";
    let deep = "<testsuite>".repeat(10_000);
    let deep_json = format!("{{\"suites\":{}", "[{\"suites\":".repeat(10_000));
    let deep_k6 = format!("{{\"root_group\":{}", "{\"groups\":[".repeat(10_000));
    let cases: Vec<&[u8]> = vec![
        b"",
        b" \n",
        b"ok 1 - adds\nnot ok 2",
        b"\x1f\x8b\x08\x00",
        b"\xff\xfe<",
        b"<testsuite><testcase name='\xff'/></testsuite>",
        b"[]",
        b"{}",
        b"{\"suites\": []}",
        b"{\"suites\": [], \"config\": {}, \"metrics\": {}}",
        b"{\"metrics\": [1]}",
        b"{\"metrics\": {\"a\": ",
        b"{\"metrics\": {}} {}",
        b"<html><body>Bad gateway</body></html>",
        b"<?xml version='1.0'?>",
        bomb.as_bytes(),
        b"<testsuite>&nbsp;</testsuite>",
        b"<testsuite><testcase name='x'/>",
        b"<testsuite><testcase name='x'></testsuite>",
        b"<testsuite><testcase name='&x;'/></testsuite>",
        b"<testsuite/><testsuite/>",
        b"<testsuite/> and more",
        b"<testsuite><testcase><testcase/></testcase></testsuite>",
        deep.as_bytes(),
        deep_json.as_bytes(),
        deep_k6.as_bytes(),
    ];
    let said: Vec<String> = cases.into_iter().map(refusal).collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    The report is empty; send the file that the test tool wrote.
    The report is empty; send the file that the test tool wrote.
    The report is neither XML nor JSON; send JUnit XML, Playwright's JSON report or a k6 summary, uncompressed.
    The report is neither XML nor JSON; send JUnit XML, Playwright's JSON report or a k6 summary, uncompressed.
    The report is not UTF-16LE, as its beginning says; write it in UTF-8.
    The report is not UTF-8 (byte 27 is invalid); write it in UTF-8.
    The report is neither XML nor JSON; send JUnit XML, Playwright's JSON report or a k6 summary, uncompressed.
    The JSON report cannot be read: it is neither Playwright's report (`suites`, `config`, `stats`) nor a k6 summary (`metrics`, `root_group`, or `results` with `metadata.k6_version`); set the tool's reporter to one of these or to JUnit.
    The JSON report cannot be read: it is neither Playwright's report (`suites`, `config`, `stats`) nor a k6 summary (`metrics`, `root_group`, or `results` with `metadata.k6_version`); set the tool's reporter to one of these or to JUnit.
    The JSON report cannot be read: it is neither Playwright's report (`suites`, `config`, `stats`) nor a k6 summary (`metrics`, `root_group`, or `results` with `metadata.k6_version`); set the tool's reporter to one of these or to JUnit.
    The JSON report cannot be read: invalid type: sequence, expected a map at line 1 column 12. Send Playwright's JSON report or a k6 summary, as the tool wrote it.
    The JSON report cannot be read: it was cut off (EOF while parsing a value at line 1 column 18); send the whole file after the tests have ended.
    The JSON report cannot be read: trailing characters at line 1 column 17. Send the file as the tool wrote it.
    The JUnit XML cannot be read: it begins with `<html>`; JUnit's begins with `<testsuites>` or `<testsuite>`.
    The JUnit XML cannot be read: there is no element in it; send the file that the test tool wrote.
    The JUnit XML cannot be read: it has a DOCTYPE, which is refused because entities in it can blow up; write the report without it.
    The JUnit XML cannot be read: it uses the unknown entity `&nbsp;`; write `&amp;` for `&`.
    The JUnit XML cannot be read: it ends inside `<testsuite>`, so it was cut off; send the whole file after the tests have ended.
    The JUnit XML cannot be read: ill-formed document: expected `</testcase>`, but `</testsuite>` was found near byte 30. Send the whole file.
    The JUnit XML cannot be read: an attribute of `<testcase>` is broken: at 1..2: unrecognized entity `x`.
    The JUnit XML cannot be read: a second document follows the first; send one report a call.
    The JUnit XML cannot be read: there is text outside its root element; send the file alone.
    The JUnit XML cannot be read: a `<testcase>` stands inside another; close the first.
    The JUnit XML cannot be read: elements nest deeper than 64; flatten the suites.
    The JSON report cannot be read: recursion limit exceeded at line 1 column 704. Send the file as the tool wrote it.
    The JSON report cannot be read: recursion limit exceeded at line 1 column 708. Send the file as the tool wrote it.
    "#);
    let form = parse(b"--x\r\n", Some("multipart/form-data; boundary=x")).unwrap_err();
    insta::assert_snapshot!(form, @"The report was sent as a form; send the file itself as the body (with curl, `--data-binary @FILE` in place of `--form`).");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn arbitrary_bytes_never_pass(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(parse(&bytes, None).is_err());
    }

    /// Pieces of reports in any order: nearer to the readers' own code than noise is. Only what
    /// holds a whole case may pass.
    #[test]
    fn pieces_of_xml_pass_only_with_a_case(pieces in proptest::collection::vec(
        proptest::sample::select(vec![
            "<testsuites>", "</testsuites>", "<testsuite name='s' failures='1'>", "<testsuite>",
            "</testsuite>", "<testcase name='x'>", "</testcase>", "<failure>", "</failure>",
            "<skipped/>", "<error/>", "<flakyFailure/>", "text", "&lt;", "&", "<", "<![CDATA[", "]]>",
            "<!--", "-->", "<?p ?>", "é",
        ]), 0..12)) {
        let text = pieces.concat();
        if let Ok(summary) = parse(text.as_bytes(), None) {
            let cases = pieces.iter().filter(|piece| piece.contains("testcase name")).count();
            prop_assert!(summary.verdict != ReportVerdict::Passed || cases > 0, "{}", text);
            prop_assert!(summary.verdict != ReportVerdict::Passed || summary.passed + summary.flaky > 0);
        }
    }

    #[test]
    fn altered_json_never_panics(
        which in 0..2_usize,
        at in 0..4_000_usize,
        with in "[\\[\\]{}\":,0-9a-z ]{0,4}",
    ) {
        let text = [
            include_str!("fixtures/reports/k6-handle-summary.json"),
            include_str!("fixtures/reports/playwright-flaky.json"),
        ][which];
        let at = text.floor_char_boundary(at.min(text.len()));
        let text = format!("{}{with}{}", &text[..at], &text[at..]);
        let _ = parse(text.as_bytes(), None);
    }
}

/// The tests of a report, in eight digits.
fn cases_of(text: &str) -> String {
    read(text).cases.digest()
}

#[test]
fn a_report_is_known_by_its_tests_and_not_by_how_they_went() {
    let red = "<testsuite name='pytest' hostname='a' timestamp='1' time='1'>\
               <testcase classname='m' name='x' time='1'><failure/></testcase></testsuite>";
    let green = "<testsuite name='pytest' hostname='b' timestamp='2' time='2'>\
                 <testcase classname='m' name='x' time='2'/></testsuite>";
    assert_eq!(cases_of(red), cases_of(green));
    let other = green.replace("'m'", "'n'");
    assert_ne!(cases_of(green), cases_of(&other), "another file");
    let shard = green.replace("pytest", "firefox");
    assert_ne!(cases_of(green), cases_of(&shard), "the same tests elsewhere");
    let timed = |at| format!("<testsuite name='A-{at}'><testcase name='x'/></testsuite>");
    assert_eq!(cases_of(&timed("20261128101500")), cases_of(&timed("20261128111500")));
    let project = |on| {
        format!(
            "<testsuites id=''><testsuite name='a.spec.ts' hostname='{on}'><testcase name='x'/>\
             </testsuite></testsuites>"
        )
    };
    assert_ne!(cases_of(&project("chromium")), cases_of(&project("firefox")));
    let broken = "<testsuite name='s'><testcase name='x'/><error/></testsuite>";
    let mended = "<testsuite name='s'><testcase name='x'/></testsuite>";
    assert_eq!(cases_of(broken), cases_of(mended), "a broken fixture is no test");
}

#[test]
fn a_report_is_called_as_its_tests_are_together() {
    let title = |text| read(text).title;
    let named = "<testsuites name='jest tests'><testsuite name='a'/></testsuites>";
    assert_eq!(title(named).as_deref(), Some("jest tests"));
    assert_eq!(title("<testsuite><testcase name='x'/></testsuite>"), None);
}
