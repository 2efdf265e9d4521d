//! JUnit XML, as pytest, nextest, Surefire, Jest, Vitest, Playwright and others write it.
//!
//! There is no standard. What is counted are the cases; the counts in attributes are only compared.

mod case;
mod dialect;
mod seconds;
mod suite;
mod xml;

use std::hash::{DefaultHasher, Hash, Hasher as _};

use domain::reports::{ReportFormat, ReportSummary, TestOutcome, one_line};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::{file_in_its_folder::file_in_its_folder, reports::error::ReportError};
use case::{Case, CaseOutcome};
use dialect::{Totals, is_choice};
use suite::{Count, Held, Suite};
use xml::{attributes, bad};

/// Suites within suites; honest reports have three or four levels.
const MAX_DEPTH: usize = 64;

struct Reading {
    count: Count,
    /// Names of the open elements, outermost first.
    open: Vec<String>,
    suites: Vec<Suite>,
    case: Option<Case>,
    root_seen: bool,
    /// What comments count.
    totals: Totals,
}

/// Reads a report.
///
/// # Errors
///
/// Where it is no well-formed XML to its end, has a DOCTYPE that declares something, nests too deeply,
/// or is not JUnit's.
pub(crate) fn parse(text: &str) -> Result<ReportSummary, ReportError> {
    if let Some(at) = text.find('\0') {
        return Err(bad(format!("it has a NUL at byte {at}, which XML cannot hold.")));
    }
    let mut reader = Reader::from_str(text);
    let mut reading = Reading {
        count: Count::default(),
        open: Vec::new(),
        suites: Vec::new(),
        case: None,
        root_seen: false,
        totals: Totals::default(),
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
            Event::DocType(declared) if !declared.contains('[') => {}
            Event::DocType(_) => {
                return Err(bad("it has a DOCTYPE, which is refused because entities in it can \
                                blow up; write the report without it."
                    .into()));
            }
            Event::Comment(comment) if reading.open.len() == 1 => reading.totals.read(&comment),
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
    let Totals { tests, broken } = reading.totals;
    if broken > 0 && reading.count.tally.broken() == 0 {
        let sentence = format!("Its own count says {broken} failed, but no test in it did.");
        reading.count.tally.doubt(sentence);
    }
    if tests == Some(0) && reading.count.tally.tests() > 0 {
        reading.count.tally.doubt("Its own count says that there was no test.".to_owned());
    }
    Ok(reading.count.tally.finish(ReportFormat::Junit))
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
            "testsuites" | "testsuite" if self.case.is_none() => {
                let is_root = self.open.is_empty() && name == "testsuites";
                self.suites.push(Suite::open(element, is_root, &mut self.count)?);
            }
            "testcase" if self.case.is_some() => {
                return Err(bad("a `<testcase>` stands inside another; close the first.".into()));
            }
            // Whatever groups them: one that is not known must not hide what is in it.
            "testcase" => self.case = Some(Case::open(element)?),
            "property" if parent == "properties" => self.property(element)?,
            "failure" | "error" if in_suite => {
                // Fixtures of a whole suite break outside of any case.
                self.case = Some(Case::of_suite());
                self.result(&name, element)?;
            }
            _ if parent == "testcase" => self.result(&name, element)?,
            "failure" | "error" if self.case.is_some() => self.result(&name, element)?,
            "failure" | "error" => self.count.tally.doubt(format!(
                "There is a `<{name}>` in a `<{}>`, where nobody can tell what failed.",
                one_line(parent)
            )),
            _ => {}
        }
        self.open.push(name);
        Ok(())
    }

    fn result(&mut self, name: &str, element: &BytesStart<'_>) -> Result<(), ReportError> {
        let (mut message, mut kind) = (None, None);
        for (attribute, text) in attributes(element, &["message", "type"])? {
            *(if attribute == "message" { &mut message } else { &mut kind }) = Some(text);
        }
        if let Some(case) = &mut self.case {
            case.result(name, message, kind.as_deref());
        }
        Ok(())
    }

    fn property(&mut self, element: &BytesStart<'_>) -> Result<(), ReportError> {
        let (mut name, mut value) = (String::new(), String::new());
        for (attribute, text) in attributes(element, &["name", "value"])? {
            *(if attribute == "name" { &mut name } else { &mut value }) = text;
        }
        match (&mut self.case, self.suites.last_mut()) {
            (Some(case), _) => case.is_chosen |= is_choice(&name),
            (None, Some(suite)) => suite.property(&name, &value, &mut self.count.tally),
            (None, None) => {}
        }
        Ok(())
    }

    fn end(&mut self) {
        let Some(name) = self.open.pop() else { return };
        match name.as_str() {
            "testcase" => self.end_case(),
            "failure" | "error" if self.case.as_ref().is_some_and(|case| case.is_of_suite) => {
                self.end_case();
            }
            "testsuites" | "testsuite" if self.case.is_none() => {
                if let Some(suite) = self.suites.pop() {
                    suite.end(&mut self.suites, &mut self.count);
                }
            }
            _ => {}
        }
    }

    fn end_case(&mut self) {
        let Some(case) = self.case.take() else { return };
        let named = self.suites.iter().rev().map(|suite| suite.name.as_str());
        let suite = std::iter::once(case.class.as_str()).chain(named).find(|name| !name.is_empty());
        let suite = suite.unwrap_or_default().to_owned();
        let name = if case.is_of_suite { "(the suite itself)" } else { case.name.as_str() };
        let broken_before = self.count.tally.broken();
        if !case.is_of_suite {
            let file = file_in_its_folder(&case.file);
            let file = if file.is_empty() { String::new() } else { format!("\n{file}") };
            self.count.tally.identify(&format!("{}{file}", case.class), name);
        }
        let outcome = case.outcome();
        // As Playwright calls both: by the file.
        let is_called_as_its_class =
            self.suites.last().is_some_and(|suite| suite.name == one_line(&case.class));
        let ran = outcome != CaseOutcome::NoTest && !case.was_skipped();
        let called = hash_of(&(&case.class, &case.name));
        self.count.forgiven += u64::from(case.is_risky());
        match outcome {
            // Playwright says of each test that somebody chose to skip that he did.
            CaseOutcome::Test(TestOutcome::Skipped)
                if self.count.hosts_are_projects
                    && case.is_left_out()
                    && is_called_as_its_class =>
            {
                self.count.tally.unfinished(
                    &suite,
                    name,
                    "did not run, though nobody chose to skip it",
                );
            }
            CaseOutcome::Test(outcome) => {
                self.count.forgiven += u64::from(outcome == TestOutcome::Skipped && case.failed());
                self.count.tally.count(outcome, &suite, name, &case.message);
            }
            CaseOutcome::Unfinished => {
                let name = if name.trim().is_empty() { "A test without a name" } else { name };
                self.count.tally.unfinished(&suite, name, "did not run to its end");
            }
            CaseOutcome::Risky => {
                self.count.forgiven += 1;
                self.count.tally.unfinished(
                    &suite,
                    name,
                    "is risky, as its tool has it: it shows nothing",
                );
            }
            CaseOutcome::NoTest => {}
            CaseOutcome::NotStarted => {
                let message = format!("Could not be started: {}", case.reason());
                self.count.tally.count(TestOutcome::Errored, &suite, name, &message);
            }
            CaseOutcome::FailedThenSkipped => {
                let (name, message) = (name.to_owned(), case.message);
                if let Some(open) = self.suites.last_mut() {
                    open.held.push(Held { suite, name, message });
                }
            }
        }
        if let Some(suite) = self.suites.last_mut() {
            suite.own_tests += 1;
            if ran && !suite.own_ran.insert(called) {
                suite.repeated += 1;
            }
            suite.own_broken += self.count.tally.broken() - broken_before;
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

fn hash_of(named: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    named.hash(&mut hasher);
    hasher.finish()
}
