//! Conditions: what is refused when written, and what is decided when evaluated.

use std::collections::BTreeMap;

use domain::measurement::Phase;
use probes::conditions::BodyFact;
use probes::{Condition, ConditionError, Facts};
use rstest::rstest;

fn facts() -> Facts {
    let headers = [("content-type", "text/html; charset=utf-8"), ("x-token", "geheim")];
    Facts {
        status: Some(503),
        response_time_ms: Some(142.4),
        first_byte_ms: Some(80.0),
        headers: Some(headers.map(|(n, v)| (n.to_owned(), v.to_owned())).into_iter().collect()),
        body: Some(BodyFact::whole(
            r#"{"status":"ok","queue":{"depth":3},"items":[1,2,3],"ratio":0.5,"token":"geheim"}"#
                .to_owned(),
        )),
        final_url: Some("https://example.org/login".to_owned()),
        certificate_days: Some(71),
        hsts_max_age: None,
        value: Some(142.4),
        ..Facts::default()
    }
}

#[rstest]
#[case("status == 503", Phase::Successful, "was 503")]
#[case("status == 200", Phase::Failed, "was 503")]
#[case("status in [200, 204]", Phase::Failed, "was 503")]
#[case("status >= 200 && status < 400", Phase::Failed, "was 503")]
#[case("response_time_ms < 200", Phase::Successful, "was 142.4")]
#[case("response_time_ms < 100.5", Phase::Failed, "was 142.4")]
#[case(r#"headers["content-type"].startsWith("text/html")"#, Phase::Successful, "text/html")]
#[case(r#"headers["x-missing"] == "1""#, Phase::Failed, "the service sent no `x-missing`")]
#[case(r#"!("x-missing" in headers)"#, Phase::Successful, "headers")]
#[case(r#"body.contains("queue")"#, Phase::Successful, "status")]
#[case(r#"body.matches("dep.h")"#, Phase::Successful, "queue")]
#[case(r#"json.status == "ok""#, Phase::Successful, r#"was "ok""#)]
#[case("json.queue.depth <= 2", Phase::Failed, "was 3")]
#[case("json.items[1] == 2", Phase::Successful, "was 2")]
#[case("json.items[9] == 2", Phase::Failed, "shorter list")]
#[case("json.items.all(x, x > 0)", Phase::Successful, "[1,2,3]")]
#[case("size(json.items) == 3", Phase::Successful, "[1,2,3]")]
#[case("json.nothing == 1", Phase::Failed, "the service sent no `nothing`")]
#[case("json.ratio < 0.6", Phase::Successful, "was 0.5")]
#[case(r#"final_url.endsWith("/login")"#, Phase::Successful, "example.org")]
#[case("certificate_days > 14", Phase::Successful, "was 71")]
#[case("hsts_max_age > 1", Phase::Failed, "no Strict-Transport-Security")]
#[case("status", Phase::Inconclusive, "neither true nor false")]
#[case(r#"status.contains("5")"#, Phase::Inconclusive, "could not be evaluated")]
#[case("status / 0 == 1", Phase::Inconclusive, "division by zero")]
#[case(r#"json.token == "x""#, Phase::Failed, "[redacted]")]
#[case(r#"headers["x-token"] == "x""#, Phase::Failed, "[redacted]")]
fn a_condition_is_decided(#[case] text: &str, #[case] phase: Phase, #[case] says: &str) {
    let finding = Condition::parse(text).unwrap().evaluate(&facts());
    assert_eq!(finding.phase, phase, "{finding:?}");
    assert!(finding.detail.contains(says), "{finding:?}");
    assert_eq!(finding.subject, text);
    assert!(!finding.detail.contains("geheim"), "{finding:?}");
}

#[rstest]
#[case("status = 200")]
#[case("status ==")]
#[case("status == 200 &&")]
#[case("(status == 200")]
#[case("\"open")]
#[case("status == 200; drop")]
#[case("]")]
fn a_broken_expression_is_refused(#[case] text: &str) {
    let error = Condition::parse(text).unwrap_err();
    assert!(matches!(error, ConditionError::Syntax { .. }), "{error:?}");
    assert!(!error.to_string().contains('\n'), "{error}");
    assert!(error.to_string().contains("at character "), "{error}");
}

#[rstest]
#[case("stauts == 200", "stauts")]
#[case("status == 200 || respose_time_ms < 3", "respose_time_ms")]
#[case("json.items.all(x, y > 0)", "y")]
#[case("x > 0 && json.items.all(x2, x2 > 0)", "x")]
fn a_misspelt_field_is_named(#[case] text: &str, #[case] name: &str) {
    let error = Condition::parse(text).unwrap_err();
    assert_eq!(error, ConditionError::UnknownField { name: name.to_owned() });
    assert!(error.to_string().contains("response_time_ms"), "{error}");
}

#[test]
fn a_name_bound_by_one_loop_is_no_field_outside_it() {
    let error = Condition::parse("json.items.all(x, x > 0) && x > 1").unwrap_err();
    assert_eq!(error, ConditionError::UnknownField { name: "x".to_owned() });
}

#[rstest]
#[case("body.containz(\"x\")", "containz")]
#[case("len(body) > 3", "len")]
fn an_unknown_function_is_named(#[case] text: &str, #[case] name: &str) {
    let error = Condition::parse(text).unwrap_err();
    assert_eq!(error, ConditionError::UnknownFunction { name: name.to_owned() });
}

#[rstest]
#[case(r#"headers["Content-Type"] == "x""#)]
#[case(r#"status == 200 && !("Content-Type" in headers)"#)]
#[case("has(headers.Content)")]
fn a_header_name_that_never_matches_is_refused(#[case] text: &str) {
    let error = Condition::parse(text).unwrap_err();
    assert!(matches!(error, ConditionError::HeaderCase { .. }), "{error:?}");
}

#[rstest]
#[case("true")]
#[case("1 < 2")]
fn a_condition_on_nothing_is_refused(#[case] text: &str) {
    let error = Condition::parse(text).unwrap_err();
    assert!(matches!(error, ConditionError::Constant { .. }), "{error:?}");
}

#[rstest]
#[case(String::new())]
#[case(format!("status == 1{}", " || status == 2".repeat(100)))]
#[case(format!("{}status{} == 1", "(".repeat(200), ")".repeat(200)))]
#[case(format!("{}(status == 1)", "!".repeat(300)))]
#[case("json.items.all(x, json.items.all(y, x > y))".to_owned())]
#[case((0..9).map(|n| format!("body.matches(\"{n}\")")).collect::<Vec<_>>().join(" || "))]
fn an_expensive_condition_is_refused(#[case] text: String) {
    let error = Condition::parse(&text).unwrap_err();
    assert!(matches!(error, ConditionError::TooComplex(_)), "{error:?}");
}

#[test]
fn what_was_not_measured_decides_nothing() {
    let nothing = Facts::default();
    for field in probes::conditions::FIELDS {
        for text in [format!("{field} == 1"), format!("{field} != 1"), format!("!({field} == 1)")] {
            let finding = Condition::parse(&text).unwrap().evaluate(&nothing);
            assert_eq!(finding.phase, Phase::Inconclusive, "{finding:?}");
        }
    }
}

#[test]
fn a_cut_body_decides_nothing_and_a_page_is_no_json() {
    let cut = BodyFact {
        unreadable: Some("it is too long".to_owned()),
        ..BodyFact::whole("x".to_owned())
    };
    let facts = Facts { status: Some(200), body: Some(cut), ..Facts::default() };
    let phase = |text: &str| Condition::parse(text).unwrap().evaluate(&facts).phase;
    assert_eq!(phase("!body.contains('error')"), Phase::Inconclusive);
    assert_eq!(phase("status == 200"), Phase::Successful);
    let page = Facts { body: Some(BodyFact::whole("<html>".to_owned())), ..Facts::default() };
    let finding = Condition::parse("json.ok").unwrap().evaluate(&page);
    assert_eq!(finding.phase, Phase::Failed);
    assert!(finding.detail.contains("not JSON"), "{finding:?}");
    let empty = Facts { headers: Some(BTreeMap::new()), ..Facts::default() };
    assert_eq!(Condition::parse("has(headers.x)").unwrap().evaluate(&empty).phase, Phase::Failed);
}

proptest::proptest! {
    /// Whatever is typed, reading it and deciding it end in an answer.
    #[test]
    fn nothing_typed_breaks_it(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "status", "body", "json", "headers", ".", "[", "]", "(", ")", "{", "}", "==", "<",
                "&&", "||", "!", "-", "+", "*", "/", "%", "?", ":", ",", "\"", "'", "\"a\"", "1",
                "9223372036854775807", "-9223372036854775808", "1u", "1.5e300", "0x", "\\", "in",
                "all(x, x)", "size", "matches", "true", "null", "b'", "r\"", "//", "\n", "é", " ",
            ]),
            0..14,
        ),
    ) {
        for text in [parts.concat(), parts.join(" ")] {
            if let Ok(condition) = Condition::parse(&text) {
                let _ = condition.evaluate(&facts());
            }
        }
    }
}

#[rstest]
#[case::pattern_of_the_service("body.matches(json.pattern)", "a pattern written into")]
#[case::pattern_of_a_header(r#"body.matches(headers["x"])"#, "a pattern written into")]
#[case::pattern_put_together(r#"body.matches("a" + "b")"#, "a pattern written into")]
#[case::broken_pattern(r#"body.matches("(open")"#, "unclosed group")]
#[case::huge_pattern(r#"body.matches("((x{1000}){100}){100}")"#, "too much to match")]
#[case::text_again(r#"json.l.all(x, !body.matches("(x{40}){20}[^x]y"))"#, "the same text again")]
#[case::search_again("json.l.all(x, body.contains(x))", "the same text again")]
#[case::list_again("json.l.all(x, x in json.known)", "the same text again")]
#[case::text_doubled("size(json.l.map(x, body + body)) > 0", "puts texts together")]
#[case::element_doubled("size(json.l.map(x, x + x)) > 0", "puts texts together")]
#[case::element_and_text(r#"json.l.all(x, (x + "a").contains("b"))"#, "puts texts together")]
#[case::loop_in_loop("json.l.all(x, x.m.all(y, y > 0))", "a loop within a loop")]
fn what_the_service_could_make_cost_more_is_refused(#[case] text: &str, #[case] says: &str) {
    let error = Condition::parse(text).unwrap_err().to_string();
    assert!(error.contains(says), "{text}: {error}");
}

#[rstest]
#[case::numbers("json.items.all(x, x + 1 > 1)", Phase::Successful)]
#[case::numbers_of_texts(r#"json.items.all(x, int(x) + size("abc") >= 4)"#, Phase::Successful)]
#[case::mapped("size(json.items.map(x, x * 2)) == 3", Phase::Successful)]
#[case::filtered("size(json.items.filter(x, x > 1)) == 2", Phase::Successful)]
#[case::one_after_another("json.items.filter(x, x > 1).all(x, x > 1)", Phase::Successful)]
#[case::with_the_status("json.items.all(x, x < status)", Phase::Successful)]
#[case::over_headers("headers.all(name, size(name) > 0)", Phase::Successful)]
#[case::in_a_loop(r#"json.names.exists(x, x.matches("^b"))"#, Phase::Failed)]
#[case::put_together(r#""a" + headers["x-token"] == "ageheim""#, Phase::Successful)]
fn what_costs_little_still_goes(#[case] text: &str, #[case] phase: Phase) {
    let found = Condition::parse(text).unwrap().evaluate(&facts());
    assert_eq!(found.phase, phase, "{found:?}");
}

fn answering(body: String) -> Facts {
    Facts { body: Some(BodyFact::whole(body)), ..facts() }
}

#[rstest]
#[case::short("json.l.all(x, x == 1)", 9_000, Phase::Successful)]
#[case::too_long("json.l.all(x, x == 1)", 10_001, Phase::Error)]
#[case::too_many_steps(
    "json.l.all(x, x == 1 || x == 2 || x == 3 || x == 4 || x == 5)",
    9_000,
    Phase::Error
)]
#[case::after_another("json.l.filter(x, x == 1).all(x, x == 1)", 10_001, Phase::Error)]
#[case::no_loop("size(json.l) > 10000", 10_001, Phase::Successful)]
#[case::another_list("json.s.all(x, x == 1)", 10_001, Phase::Successful)]
fn a_list_of_the_services_making_is_gone_over_so_far(
    #[case] text: &str,
    #[case] length: usize,
    #[case] phase: Phase,
) {
    let list = vec!["1"; length].join(",");
    let facts = answering(format!("{{\"s\":[1],\"l\":[{list}]}}"));
    let found = Condition::parse(text).unwrap().evaluate(&facts);
    assert_eq!(found.phase, phase, "{found:?}");
    if phase == Phase::Error {
        assert!(found.detail.contains("it goes over"), "{found:?}");
    }
}

#[test]
fn texts_put_together_are_bounded() {
    let text = format!("size({}) > 0", vec!["body"; 40].join(" + "));
    let condition = Condition::parse(&text).unwrap();
    assert_eq!(condition.evaluate(&answering("x".repeat(1_000))).phase, Phase::Successful);
    let found = condition.evaluate(&answering("x".repeat(1_000_000)));
    assert_eq!(found.phase, Phase::Error, "{}", found.detail.len());
}

/// Of a large body only what a condition looks at is copied.
#[test]
fn what_is_not_looked_at_is_not_in_the_way() {
    let list = vec!["[]"; 300_000].join(",");
    let facts = answering(format!("{{\"ok\":true,\"deep\":{{\"n\":3,\"l\":[{list}]}}}}"));
    let decide = |text: &str| Condition::parse(text).unwrap().evaluate(&facts).phase;
    assert_eq!(decide("json.ok && json.deep.n == 3"), Phase::Successful);
    assert_eq!(decide("has(json.deep.n) && !has(json.deep.m)"), Phase::Successful);
    assert_eq!(decide(r#""deep" in json"#), Phase::Successful);
    assert_eq!(decide("json.deep.m == 1"), Phase::Failed);
    assert_eq!(decide("size(json) == 2"), Phase::Successful);
}
