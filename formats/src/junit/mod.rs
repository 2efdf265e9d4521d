//! JUnit XML, as pytest, nextest, Surefire, Jest, Vitest, Playwright and others write it.
//!
//! There is no standard. What is counted are the cases; the counts in attributes are only compared.

mod case;
mod dialect;
mod seconds;
mod xml;

use std::{
    collections::{HashSet, hash_map::DefaultHasher},
    hash::{Hash, Hasher as _},
};

use domain::reports::{ReportFormat, ReportSummary, Tally, TestOutcome, one_line};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::reports::error::ReportError;
use case::{Case, CaseOutcome};
use dialect::{Ending, Totals, of_flag, of_property, of_word};
use seconds::milliseconds;
use xml::{attributes, bad};

/// Suites within suites; honest reports have three or four levels.
const MAX_DEPTH: usize = 64;

/// A suite that is open.
struct Suite {
    name: String,
    claim: Claim,
    /// Whether it says of itself that it failed.
    says_broken: bool,
    tests_before: u64,
    broken_before: u64,
    forgiven_before: u64,
    /// Cases that failed and were skipped: whether that is forgiven the suite's count tells.
    held: Vec<Held>,
    /// Cases directly in it.
    own_tests: u64,
    own_broken: u64,
    /// Those that ran, by what they are called; how many were called as one before.
    own_ran: HashSet<u64>,
    repeated: u64,
}

/// What the attributes of a suite say.
#[derive(Default)]
struct Claim {
    tests: Option<u64>,
    /// Failures and errors.
    broken: Option<u64>,
    time_ms: Option<f64>,
}

/// A case whose outcome is not known yet.
struct Held {
    suite: String,
    name: String,
    message: String,
}

struct Reading {
    tally: Tally,
    /// Cases that failed and are not held against the run.
    forgiven: u64,
    /// The `hostname` of a suite is the project it ran in: Playwright has no other place for it.
    hosts_are_projects: bool,
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
        tally: Tally::default(),
        forgiven: 0,
        hosts_are_projects: false,
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
    if broken > 0 && reading.tally.broken() == 0 {
        let sentence = format!("Its own count says {broken} failed, but no test in it did.");
        reading.tally.doubt(sentence);
    }
    if tests == Some(0) && reading.tally.tests() > 0 {
        reading.tally.doubt("Its own count says that there was no test.".to_owned());
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
            "failure" | "error" => self.tally.doubt(format!(
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
        if let Some(case) = &mut self.case {
            case.is_chosen |= dialect::is_choice(&name);
            return Ok(());
        }
        let Some(suite) = self.suites.last_mut() else { return Ok(()) };
        match of_property(&name, &value) {
            Some((Ending::Unfinished, why)) => {
                self.tally.doubt(format!("{}: {}.", called(&suite.name), one_line(&why)));
            }
            Some(_) => suite.says_broken = true,
            None => {}
        }
        Ok(())
    }

    fn start_suite(&mut self, element: &BytesStart<'_>) -> Result<(), ReportError> {
        let wanted = [
            "name",
            "tests",
            "failures",
            "failed",
            "errors",
            "timeouts",
            "time",
            "id",
            "hostname",
            "file",
            "package",
            "status",
            "result",
            "success",
            "aborted",
            "interrupted",
            "incomplete",
        ];
        let (mut name, mut host, mut place) = (String::new(), String::new(), String::new());
        let (mut failures, mut errors, mut timeouts) = (None, None, None);
        let mut claim = Claim::default();
        let (mut unfinished, mut broken) = (false, false);
        let mut odd = Vec::new();
        let mut number = |text: &str| {
            let read = text.trim().parse::<u64>().ok();
            if read.is_none() && !text.trim().is_empty() {
                odd.push(one_line(text));
            }
            read
        };
        for (attribute, value) in attributes(element, &wanted)? {
            match attribute {
                "name" => name = value,
                "tests" => claim.tests = number(&value),
                "failures" => failures = number(&value).max(failures),
                "failed" if of_flag("passed", &value) == Some(Ending::Failed) => {}
                "failed" => failures = number(&value).max(failures),
                "errors" => errors = number(&value),
                "timeouts" => timeouts = number(&value),
                "time" => claim.time_ms = milliseconds(&value),
                "hostname" => host = value,
                // Two suites of one name in two files are two.
                "file" => place.push_str(file_in_its_folder(&value)),
                "package" => place.push_str(&value),
                // Nobody else gives the root an id.
                "id" => self.hosts_are_projects |= self.suites.is_empty() && self.open.is_empty(),
                "status" | "result" => {
                    unfinished |= of_word(&value) == Some(Ending::Unfinished);
                    broken |= matches!(of_word(&value), Some(Ending::Failed | Ending::Errored));
                }
                _ => {
                    unfinished |= of_flag(attribute, &value) == Some(Ending::Unfinished);
                    broken |= of_flag(attribute, &value) == Some(Ending::Failed);
                }
            }
        }
        if let Some(odd) = odd.first() {
            self.tally.doubt(format!("{} counts `{odd}`, which is no number.", called(&name)));
        }
        // Who counts time-outs apart may have them among the others too: zero of them says nothing.
        let counts = [failures, errors, timeouts.filter(|count| *count > 0)];
        if counts.iter().any(Option::is_some) {
            claim.broken = Some(counts.into_iter().flatten().fold(0, u64::saturating_add));
        }
        if unfinished {
            self.tally.doubt(format!("{} did not run to its end.", called(&name)));
        }
        let known_as = stable(&name);
        if self.tally.title.is_none() && !known_as.is_empty() {
            self.tally.title = Some(known_as.clone());
        }
        let project = if self.hosts_are_projects { host } else { String::new() };
        let place = if place.is_empty() { place } else { format!("\n{place}") };
        self.tally.enter(&format!("{known_as}\n{project}{place}"));
        self.suites.push(Suite {
            // As it is shown: it stands beside each of its cases.
            name: one_line(&name),
            claim,
            says_broken: broken,
            tests_before: self.tally.tests(),
            broken_before: self.tally.broken(),
            forgiven_before: self.forgiven,
            held: Vec::new(),
            own_tests: 0,
            own_broken: 0,
            own_ran: HashSet::new(),
            repeated: 0,
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
        let named = self.suites.iter().rev().map(|suite| suite.name.as_str());
        let suite = std::iter::once(case.class.as_str()).chain(named).find(|name| !name.is_empty());
        let suite = suite.unwrap_or_default().to_owned();
        let name = if case.is_of_suite { "(the suite itself)" } else { case.name.as_str() };
        let broken_before = self.tally.broken();
        if !case.is_of_suite {
            let file = file_in_its_folder(&case.file);
            let file = if file.is_empty() { String::new() } else { format!("\n{file}") };
            self.tally.identify(&format!("{}{file}", case.class), name);
        }
        let outcome = case.outcome();
        let ran = outcome != CaseOutcome::NoTest && !case.was_skipped();
        let called = hash_of(&(&case.class, &case.name));
        match outcome {
            // Playwright says of each test that somebody chose to skip that he did.
            CaseOutcome::Test(TestOutcome::Skipped)
                if self.hosts_are_projects && case.was_skipped() && !case.is_chosen =>
            {
                self.tally.unfinished(&suite, name, "did not run, though nobody chose to skip it");
            }
            CaseOutcome::Test(outcome) => {
                self.forgiven += u64::from(outcome == TestOutcome::Skipped && case.failed());
                self.tally.count(outcome, &suite, name, &case.message);
            }
            CaseOutcome::Unfinished => {
                let name = if name.trim().is_empty() { "A test without a name" } else { name };
                self.tally.unfinished(&suite, name, "did not run to its end");
            }
            CaseOutcome::Risky => {
                self.forgiven += 1;
                self.tally.unfinished(
                    &suite,
                    name,
                    "is risky, as its tool has it: it shows nothing",
                );
            }
            CaseOutcome::NoTest => {}
            CaseOutcome::NotStarted => {
                let message = format!("Could not be started: {}", case.reason());
                self.tally.count(TestOutcome::Errored, &suite, name, &message);
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
            suite.own_broken += self.tally.broken() - broken_before;
        }
    }

    /// Counts the cases of a suite that failed and were skipped. A suite that counts them among its
    /// failures does not forgive them; neither does one that counts none.
    fn settle_held(&mut self, suite: &mut Suite) {
        let held = std::mem::take(&mut suite.held);
        if held.is_empty() {
            return;
        }
        if let (None, Some(parent)) = (suite.claim.broken, self.suites.last_mut()) {
            parent.held.extend(held);
            return;
        }
        let broken = self.tally.broken() - suite.broken_before;
        let forgiven = suite.claim.broken.is_some_and(|claimed| claimed <= broken);
        let outcome = if forgiven { TestOutcome::Skipped } else { TestOutcome::Failed };
        for case in held {
            self.forgiven += u64::from(forgiven);
            suite.own_broken += u64::from(!forgiven);
            self.tally.count(outcome, &case.suite, &case.name, &case.message);
        }
    }

    fn end_suite(&mut self) {
        let Some(mut suite) = self.suites.pop() else { return };
        self.tally.leave();
        self.settle_held(&mut suite);
        let tests = self.tally.tests() - suite.tests_before;
        let broken = self.tally.broken() - suite.broken_before;
        let forgiven = self.forgiven - suite.forgiven_before;
        let name = called(&suite.name);
        // Some tools count the suites within, others only the cases directly inside, others what they
        // leave out, and Catch2 and doctest count assertions: it decides nothing.
        if let Some(claimed) = suite.claim.tests
            && claimed != tests
            && claimed != suite.own_tests
        {
            self.tally.warn(format!("{name} says {claimed} tests, but {tests} are in it."));
        }
        let ran = suite.repeated + u64::try_from(suite.own_ran.len()).unwrap_or(u64::MAX);
        if let Some(claimed) = suite.claim.tests.filter(|claimed| *claimed < ran) {
            // pytest writes an attempt that failed as a case that did not, and Jest what is still to be
            // written; neither counts it.
            let sentence = format!("{name} says {claimed} tests, but {ran} are said to have run.");
            if ran - claimed <= suite.repeated {
                self.tally.warn(format!("{sentence} Some were repeated."));
            } else {
                self.tally.doubt(sentence);
            }
        }
        if suite.says_broken && broken == 0 {
            self.tally.doubt(format!("{name} says that it failed, but no test in it did."));
        }
        if let Some(claimed) = suite.claim.broken {
            // Some count what they forgive.
            if claimed > broken.saturating_add(forgiven) {
                self.tally.doubt(format!(
                    "{name} says {claimed} failures and errors, but {broken} are in it."
                ));
            } else if claimed < broken && claimed != suite.own_broken {
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

/// A file with the folder it is in: what comes before differs from machine to machine.
pub(crate) fn file_in_its_folder(path: &str) -> &str {
    let is_part = |c: char| c == '/' || c == '\\';
    let path = path.trim_end_matches(is_part);
    match path.rmatch_indices(is_part).nth(1) {
        Some((at, _)) => &path[at + 1..],
        None => path,
    }
}

fn hash_of(named: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    named.hash(&mut hasher);
    hasher.finish()
}

/// What a suite is called in a sentence.
fn called(name: &str) -> String {
    if name.is_empty() { "The suite".to_owned() } else { format!("Suite `{}`", one_line(name)) }
}

/// A suite's name without the time of the run, which some tools write into it.
fn stable(name: &str) -> String {
    let mut stable = String::new();
    for part in name.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        if digits >= 8 {
            stable.push('#');
            stable.push_str(part.get(digits..).unwrap_or_default());
        } else {
            stable.push_str(part);
        }
    }
    one_line(&stable)
}
