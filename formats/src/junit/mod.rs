//! JUnit XML, as pytest, nextest, Surefire, Jest, Vitest, Playwright and others write it.
//!
//! There is no standard. What is counted are the cases; the counts in attributes are only compared.

mod case;
mod xml;

use domain::reports::{ReportFormat, ReportSummary, Tally, TestOutcome, one_line};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::reports::error::ReportError;
use case::Case;
use xml::{attribute, bad};

/// Suites within suites; honest reports have three or four levels.
const MAX_DEPTH: usize = 64;

/// A suite that is open.
struct Suite {
    name: String,
    claim: Claim,
    tests_before: u64,
    broken_before: u64,
    /// Cases directly in it.
    own_tests: u64,
    own_broken: u64,
}

/// What the attributes of a suite say.
#[derive(Default)]
struct Claim {
    tests: Option<u64>,
    /// Failures and errors.
    broken: Option<u64>,
    time_ms: Option<f64>,
}

struct Reading {
    tally: Tally,
    /// Names of the open elements, outermost first.
    open: Vec<String>,
    suites: Vec<Suite>,
    case: Option<Case>,
    root_seen: bool,
}

/// Reads a report.
///
/// # Errors
///
/// Where it is no well-formed XML to its end, has a DOCTYPE, nests too deeply, or is not JUnit's.
pub(crate) fn parse(text: &str) -> Result<ReportSummary, ReportError> {
    let mut reader = Reader::from_str(text);
    let mut reading = Reading {
        tally: Tally::default(),
        open: Vec::new(),
        suites: Vec::new(),
        case: None,
        root_seen: false,
    };
    loop {
        let event = reader.read_event().map_err(|error| {
            bad(format!("{error} near byte {}. Send the whole file.", reader.error_position()))
        })?;
        match event {
            Event::Start(element) => reading.start(&element)?,
            Event::Empty(element) => {
                reading.start(&element)?;
                reading.end();
            }
            Event::End(_) => reading.end(),
            Event::Text(text) => reading.text(&text.xml10_content())?,
            Event::CData(text) => reading.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => {
                let text = match reference.resolve_char_ref() {
                    Ok(Some(c)) => c.to_string(),
                    _ => quick_xml::escape::resolve_predefined_entity(&reference)
                        .ok_or_else(|| {
                            bad(format!(
                                "it uses the unknown entity `&{};`; write `&amp;` for `&`.",
                                &*reference
                            ))
                        })?
                        .to_owned(),
                };
                reading.text(&text)?;
            }
            Event::DocType(_) => {
                return Err(bad("it has a DOCTYPE, which is refused because entities in it can \
                                blow up; write the report without it."
                    .into()));
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    if let Some(element) = reading.open.last() {
        return Err(bad(format!(
            "it ends inside `<{element}>`, so it was cut off; send the whole file after the tests \
             have ended."
        )));
    }
    if !reading.root_seen {
        return Err(bad(
            "there is no element in it; send the file that the test tool wrote.".into()
        ));
    }
    Ok(reading.tally.finish(ReportFormat::Junit))
}

impl Reading {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), ReportError> {
        let name = element.local_name().as_ref().to_owned();
        if self.open.len() == MAX_DEPTH {
            return Err(bad(format!("elements nest deeper than {MAX_DEPTH}; flatten the suites.")));
        }
        if self.open.is_empty() {
            if self.root_seen {
                return Err(bad(
                    "a second document follows the first; send one report a call.".into()
                ));
            }
            if !matches!(name.as_str(), "testsuites" | "testsuite") {
                return Err(bad(format!(
                    "it begins with `<{}>`; JUnit's begins with `<testsuites>` or `<testsuite>`.",
                    one_line(&name)
                )));
            }
            self.root_seen = true;
        }
        let parent = self.open.last().map_or("", String::as_str);
        let in_suite = matches!(parent, "testsuites" | "testsuite");
        match name.as_str() {
            "testsuites" | "testsuite" if self.case.is_none() => self.start_suite(element)?,
            "testcase" if self.case.is_some() => {
                return Err(bad("a `<testcase>` stands inside another; close the first.".into()));
            }
            "testcase" if in_suite => self.case = Some(Case::open(element)?),
            "failure" | "error" if in_suite => {
                // Fixtures of a whole suite break outside of any case.
                self.case = Some(Case::of_suite());
                self.result(&name, element)?;
            }
            _ if parent == "testcase" => self.result(&name, element)?,
            _ => {}
        }
        self.open.push(name);
        Ok(())
    }

    fn result(&mut self, name: &str, element: &BytesStart<'_>) -> Result<(), ReportError> {
        let message = attribute(element, "message")?;
        if let Some(case) = &mut self.case {
            case.result(name, message);
        }
        Ok(())
    }

    fn start_suite(&mut self, element: &BytesStart<'_>) -> Result<(), ReportError> {
        let number = |text: Option<String>| text.and_then(|text| text.trim().parse::<u64>().ok());
        let failures = number(attribute(element, "failures")?);
        let errors = number(attribute(element, "errors")?);
        let claim = Claim {
            tests: number(attribute(element, "tests")?),
            broken: match (failures, errors) {
                (None, None) => None,
                (failures, errors) => {
                    Some(failures.unwrap_or(0).saturating_add(errors.unwrap_or(0)))
                }
            },
            time_ms: attribute(element, "time")?.and_then(|text| milliseconds(&text)),
        };
        self.suites.push(Suite {
            name: attribute(element, "name")?.unwrap_or_default(),
            claim,
            tests_before: self.tally.tests(),
            broken_before: self.tally.broken(),
            own_tests: 0,
            own_broken: 0,
        });
        Ok(())
    }

    fn end(&mut self) {
        let Some(name) = self.open.pop() else { return };
        match name.as_str() {
            "testcase" => self.end_case(),
            "failure" | "error" if self.case.as_ref().is_some_and(|case| case.is_of_suite) => {
                self.end_case();
            }
            "testsuites" | "testsuite" if self.case.is_none() => self.end_suite(),
            _ => {}
        }
    }

    fn end_case(&mut self) {
        let Some(case) = self.case.take() else { return };
        let outcome = case.outcome();
        let named = self.suites.iter().rev().map(|suite| suite.name.as_str());
        let suite = std::iter::once(case.class.as_str()).chain(named).find(|name| !name.is_empty());
        let name = if case.is_of_suite { "(the suite itself)" } else { case.name.as_str() };
        self.tally.count(outcome, suite.unwrap_or_default(), name, &case.message);
        if let Some(suite) = self.suites.last_mut() {
            suite.own_tests += 1;
            suite.own_broken +=
                u64::from(matches!(outcome, TestOutcome::Failed | TestOutcome::Errored));
        }
    }

    fn end_suite(&mut self) {
        let Some(suite) = self.suites.pop() else { return };
        let tests = self.tally.tests() - suite.tests_before;
        let broken = self.tally.broken() - suite.broken_before;
        let name = if suite.name.is_empty() {
            "The suite".to_owned()
        } else {
            format!("Suite `{}`", one_line(&suite.name))
        };
        // Some tools count the suites within, others only the cases directly inside.
        if let Some(claimed) = suite.claim.tests
            && claimed != tests
            && claimed != suite.own_tests
        {
            self.tally.warn(format!("{name} says {claimed} tests, but {tests} are in it."));
        }
        if let Some(claimed) = suite.claim.broken {
            if claimed > broken {
                self.tally.doubt(format!(
                    "{name} says {claimed} failures and errors, but {broken} are in it."
                ));
            } else if claimed != broken && claimed != suite.own_broken {
                self.tally.warn(format!(
                    "{name} says {claimed} failures and errors, but {broken} are in it."
                ));
            }
        }
        if self.suites.is_empty() {
            self.tally.duration_ms = suite.claim.time_ms.or(self.tally.duration_ms);
        } else if self.suites.len() == 1
            && self.suites.first().is_some_and(|root| root.claim.time_ms.is_none())
            && let Some(time_ms) = suite.claim.time_ms
        {
            *self.tally.duration_ms.get_or_insert(0.0) += time_ms;
        }
    }

    fn text(&mut self, text: &str) -> Result<(), ReportError> {
        if self.open.is_empty() {
            // A byte order mark has been taken off before.
            return if text.trim().is_empty() {
                Ok(())
            } else {
                Err(bad("there is text outside its root element; send the file alone.".into()))
            };
        }
        let inside = self.open.last().map_or("", String::as_str);
        if let Some(case) = &mut self.case {
            case.text(inside, text);
        }
        Ok(())
    }
}

/// Seconds as tools write them (`0.05`, `1,234.5`) in milliseconds.
fn milliseconds(text: &str) -> Option<f64> {
    let seconds: f64 = text.trim().replace(',', "").parse().ok()?;
    (seconds.is_finite() && seconds >= 0.0).then_some(seconds * 1_000.0)
}
