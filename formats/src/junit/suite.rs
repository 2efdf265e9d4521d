//! Suites: what they say of themselves, held against the cases in them.

use std::collections::HashSet;

use domain::reports::{Tally, TestOutcome, one_line};
use quick_xml::events::BytesStart;

use super::{
    dialect::{Ending, of_flag, of_property, of_word},
    seconds::milliseconds,
    xml::attributes,
};
use crate::{
    file_in_its_folder::{file_in_its_folder, in_its_workspace, is_file},
    reports::error::ReportError,
};

/// What is counted over all suites.
#[derive(Default)]
pub(super) struct Count {
    pub(super) tally: Tally,
    /// Cases that failed and are not held against the run.
    pub(super) forgiven: u64,
    /// The `hostname` of a suite is the project it ran in: Playwright has no other place for it.
    pub(super) hosts_are_projects: bool,
}

/// A suite that is open.
pub(super) struct Suite {
    pub(super) name: String,
    claim: Claim,
    /// Whether it says of itself that it failed.
    says_broken: bool,
    tests_before: u64,
    broken_before: u64,
    forgiven_before: u64,
    /// Cases that failed and were skipped: whether that is forgiven the suite's count tells.
    pub(super) held: Vec<Held>,
    /// Cases directly in it.
    pub(super) own_tests: u64,
    pub(super) own_broken: u64,
    /// Those that ran, by what they are called; how many were called as one before.
    pub(super) own_ran: HashSet<u64>,
    pub(super) repeated: u64,
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
pub(super) struct Held {
    pub(super) suite: String,
    pub(super) name: String,
    pub(super) message: String,
}

impl Suite {
    /// Opens a suite; `is_root` where it is what encloses all of them.
    pub(super) fn open(
        element: &BytesStart<'_>,
        is_root: bool,
        count: &mut Count,
    ) -> Result<Self, ReportError> {
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
                "file" => place.push_str(&file_in_its_folder(&value)),
                "package" => place.push_str(&value),
                // Karma and Boost.Test give one to a root that is a suite itself.
                "id" => count.hosts_are_projects |= is_root,
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
            count.tally.doubt(format!("{} counts `{odd}`, which is no number.", called(&name)));
        }
        // Who counts time-outs apart may have them among the others too: zero of them says nothing.
        let counts = [failures, errors, timeouts.filter(|count| *count > 0)];
        if counts.iter().any(Option::is_some) {
            claim.broken = Some(counts.into_iter().flatten().fold(0, u64::saturating_add));
        }
        if unfinished {
            count.tally.doubt(format!("{} did not run to its end.", called(&name)));
        }
        // PHPUnit calls the root by the path of its configuration, ESLint a suite by its file's.
        let known_as = if is_file(&name) { in_its_workspace(&name) } else { stable(&name) };
        if count.tally.title.is_none() && !known_as.is_empty() {
            count.tally.title = Some(known_as.clone());
        }
        let project = if count.hosts_are_projects { host } else { String::new() };
        let place = if place.is_empty() { place } else { format!("\n{place}") };
        count.tally.enter(&format!("{known_as}\n{project}{place}"));
        Ok(Self {
            // As it is shown: it stands beside each of its cases.
            name: one_line(&name),
            claim,
            says_broken: broken,
            tests_before: count.tally.tests(),
            broken_before: count.tally.broken(),
            forgiven_before: count.forgiven,
            held: Vec::new(),
            own_tests: 0,
            own_broken: 0,
            own_ran: HashSet::new(),
            repeated: 0,
        })
    }

    /// Takes in a property of it.
    pub(super) fn property(&mut self, name: &str, value: &str, tally: &mut Tally) {
        match of_property(name, value) {
            Some((Ending::Unfinished, why)) => {
                tally.doubt(format!("{}: {}.", called(&self.name), one_line(&why)));
            }
            Some(_) => self.says_broken = true,
            None => {}
        }
    }

    /// Counts the cases of a suite that failed and were skipped. A suite that counts them among its
    /// failures does not forgive them; neither does one that counts none.
    fn settle_held(&mut self, parent: Option<&mut Self>, count: &mut Count) {
        let held = std::mem::take(&mut self.held);
        if held.is_empty() {
            return;
        }
        if let (None, Some(parent)) = (self.claim.broken, parent) {
            parent.held.extend(held);
            return;
        }
        let broken = count.tally.broken() - self.broken_before;
        let forgiven = self.claim.broken.is_some_and(|claimed| claimed <= broken);
        let outcome = if forgiven { TestOutcome::Skipped } else { TestOutcome::Failed };
        for case in held {
            count.forgiven += u64::from(forgiven);
            self.own_broken += u64::from(!forgiven);
            count.tally.count(outcome, &case.suite, &case.name, &case.message);
        }
    }

    /// Ends it, within these, outermost first.
    pub(super) fn end(mut self, around: &mut [Self], count: &mut Count) {
        count.tally.leave();
        self.settle_held(around.last_mut(), count);
        let tests = count.tally.tests() - self.tests_before;
        let broken = count.tally.broken() - self.broken_before;
        let forgiven = count.forgiven - self.forgiven_before;
        let name = called(&self.name);
        // Some tools count the suites within, others only the cases directly inside, others what they
        // leave out, and Catch2 and doctest count assertions: it decides nothing.
        if let Some(claimed) = self.claim.tests
            && claimed != tests
            && claimed != self.own_tests
        {
            count.tally.warn(format!("{name} says {claimed} tests, but {tests} are in it."));
        }
        let ran = self.repeated + u64::try_from(self.own_ran.len()).unwrap_or(u64::MAX);
        if let Some(claimed) = self.claim.tests.filter(|claimed| *claimed < ran) {
            // What is still to be written, an attempt that was repeated, what goes on around the tests:
            // tools write them as cases and do not count them. Where nothing is counted, nothing ran.
            let sentence = format!("{name} says {claimed} tests, but {ran} are said to have run.");
            if claimed == 0 {
                count.tally.doubt(sentence);
            } else if ran - claimed <= self.repeated {
                count.tally.warn(format!("{sentence} Some were repeated."));
            } else {
                count.tally.warn(format!("{sentence} Not all are tests, or not all did."));
            }
        }
        if self.says_broken && broken == 0 {
            count.tally.doubt(format!("{name} says that it failed, but no test in it did."));
        }
        if let Some(claimed) = self.claim.broken {
            // Some count what they forgive.
            if claimed > broken.saturating_add(forgiven) {
                count.tally.doubt(format!(
                    "{name} says {claimed} failures and errors, but {broken} are in it."
                ));
            } else if claimed < broken && claimed != self.own_broken {
                count.tally.warn(format!(
                    "{name} says {claimed} failures and errors, but {broken} are in it."
                ));
            }
        }
        if around.is_empty() {
            count.tally.duration_ms = self.claim.time_ms.or(count.tally.duration_ms);
        } else if let [root] = around
            && root.claim.time_ms.is_none()
            && let Some(time_ms) = self.claim.time_ms
        {
            *count.tally.duration_ms.get_or_insert(0.0) += time_ms;
        }
    }
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
