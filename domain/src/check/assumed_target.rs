//! What an answer of a response target proves: nobody may have agreed that the service has such a page.

use crate::measurement::{Measurement, Phase};

/// What is known of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetFacts<'a> {
    /// Its address.
    pub url: &'a str,
    /// Whether nobody has agreed on it: it is one that most services have.
    pub assumed: bool,
    /// Whether the site answers any other address the same.
    pub as_any: bool,
}

/// Whether it matters that the site answers any address the same: of its front page it does not, and
/// only what passes is doubted.
#[must_use]
pub fn is_doubted(url: &str, measured: &Measurement) -> bool {
    measured.phase == Phase::Successful && !path(url).is_empty()
}

/// What was measured, as far as it proves anything. A page that is not there fails nothing while
/// nobody has said that it should be; one that any address is answered with is no page of its own.
#[must_use]
pub fn judged(target: TargetFacts<'_>, measured: Measurement) -> Measurement {
    let url = target.url;
    if target.assumed && measured.phase == Phase::Failed && measured.short == "404" {
        let said = format!(
            "{url} answered 404, and nobody has agreed that the service has such a page. Save the \
             service's response targets, with it or without."
        );
        return undecided(measured, said, "no page");
    }
    if !target.as_any || !is_doubted(url, &measured) {
        return measured;
    }
    if target.assumed {
        let said = format!(
            "{url} is answered like any address of the site, so that nothing says that there is \
             such a page. Save the service's response targets with the address of one, or without."
        );
        return undecided(measured, said, "no page");
    }
    if is_health(url) {
        let said = format!(
            "{url} is answered with the page that any address of the site is answered with; \
             expected what the service says of its health"
        );
        return Measurement {
            phase: Phase::Failed,
            sentence: said + ".",
            short: "a page".into(),
            ..measured
        };
    }
    let sentence = measured.sentence.trim_end_matches('.');
    let sentence = format!("{sentence} (any address of the site is answered so).");
    Measurement { sentence, ..measured }
}

fn undecided(measured: Measurement, sentence: String, short: &str) -> Measurement {
    Measurement { phase: Phase::Inconclusive, sentence, short: short.into(), ..measured }
}

/// The path of an address, without slashes around it.
fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.split_once('/').map_or("", |(_, path)| path);
    path.split(['?', '#']).next().unwrap_or_default().trim_matches('/')
}

/// Whether an address is where services say how they are.
fn is_health(url: &str) -> bool {
    let last = path(url).rsplit('/').next().unwrap_or_default();
    matches!(
        last.to_ascii_lowercase().as_str(),
        "health"
            | "healthz"
            | "healthcheck"
            | "health-check"
            | "livez"
            | "liveness"
            | "readyz"
            | "readiness"
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn measured(phase: Phase, short: &str) -> Measurement {
        Measurement {
            started_at: chrono::DateTime::from_timestamp(0, 0).unwrap(),
            duration_ms: 1.0,
            phase,
            value: Some(1.0),
            sentence: "It answered 200 in 1.0 ms.".into(),
            short: short.into(),
            findings: Vec::new(),
            exchanges: Vec::new(),
            pictures: Vec::new(),
        }
    }

    #[rstest]
    #[case::assumed_and_not_there("/login", true, false, (Phase::Failed, "404"), Phase::Inconclusive)]
    #[case::assumed_and_broken("/login", true, false, (Phase::Failed, "500"), Phase::Failed)]
    #[case::agreed_and_not_there("/login", false, false, (Phase::Failed, "404"), Phase::Failed)]
    #[case::assumed_catch_all("/login", true, true, (Phase::Successful, "1 ms"), Phase::Inconclusive)]
    #[case::agreed_catch_all("/login", false, true, (Phase::Successful, "1 ms"), Phase::Successful)]
    #[case::no_health("/health", false, true, (Phase::Successful, "1 ms"), Phase::Failed)]
    #[case::no_healthz("/api/healthz?a=b", false, true, (Phase::Successful, "1 ms"), Phase::Failed)]
    #[case::a_page_that_sounds_so("/status", false, true, (Phase::Successful, "1 ms"), Phase::Successful)]
    #[case::the_front_page("/", true, true, (Phase::Successful, "1 ms"), Phase::Successful)]
    #[case::without_a_path("", true, true, (Phase::Successful, "1 ms"), Phase::Successful)]
    #[case::a_slow_one("/health", false, true, (Phase::Failed, "900 ms"), Phase::Failed)]
    #[case::a_page_of_its_own("/login", true, false, (Phase::Successful, "1 ms"), Phase::Successful)]
    fn a_page_proves_what_it_is(
        #[case] at: &str,
        #[case] assumed: bool,
        #[case] as_any: bool,
        #[case] (phase, short): (Phase, &str),
        #[case] right: Phase,
    ) {
        let url = format!("https://shop.example.org{at}");
        let said = judged(TargetFacts { url: &url, assumed, as_any }, measured(phase, short));
        assert_eq!(said.phase, right, "{}", said.sentence);
        assert!(said.sentence.ends_with('.'), "{}", said.sentence);
    }
}
