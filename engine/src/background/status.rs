//! How the background tasks of this portal stand: what Settings and `/metrics` show.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::{sync::Notify, time::Instant};

/// What a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// Its name in metrics and logs.
    pub name: &'static str,
    /// Its name as people read it.
    pub title: &'static str,
    /// One sentence: what it does.
    pub does: &'static str,
    /// How long it rests between two runs.
    pub period: Duration,
}

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many things it did.
    pub done: u64,
    /// The same in words.
    pub sentence: String,
}

impl Report {
    /// So many of something, such as `3 sessions removed`.
    #[must_use]
    pub fn counted(done: impl TryInto<u64>, one: &str, many: &str) -> Self {
        Self::listed(&[(done.try_into().unwrap_or(u64::MAX), one, many)])
    }

    /// So many of several things; what there is none of is not said.
    #[must_use]
    pub fn listed(parts: &[(u64, &str, &str)]) -> Self {
        let done = parts.iter().map(|(count, ..)| count).sum();
        let said: Vec<_> = parts
            .iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }))
            .collect();
        let sentence = if said.is_empty() { "nothing to do".to_owned() } else { said.join(", ") };
        Self { done, sentence }
    }
}

/// How a task failed last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub sentence: String,
    /// Since when it failed without a run between that did not.
    pub since: DateTime<Utc>,
    /// When it failed last.
    pub last: DateTime<Utc>,
    /// How often from the one to the other.
    pub times: u64,
}

/// How a task stands, since the portal started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskStatus {
    /// What it is.
    pub about: About,
    /// Since when it runs, where it does.
    pub running_since: Option<DateTime<Utc>>,
    /// When its newest run began.
    pub last_started: Option<DateTime<Utc>>,
    /// When its newest finished run ended.
    pub last_finished: Option<DateTime<Utc>>,
    /// How long that took.
    pub last_duration: Option<Duration>,
    /// What its newest run that did not fail came to.
    pub last_result: Option<String>,
    /// How it failed last.
    pub failure: Option<Failure>,
    /// Whether its newest finished run failed.
    pub failing: bool,
    /// When it runs next, unless something wakes it before; `None` while it runs.
    pub next_due: Option<DateTime<Utc>>,
    /// How many runs have finished.
    pub runs: u64,
    /// How many of them failed.
    pub failures: u64,
    /// How many things they did.
    pub done: u64,
}

/// The tasks of a portal.
#[derive(Debug, Default)]
pub(crate) struct Statuses(Mutex<Vec<Arc<Entry>>>);

impl Statuses {
    /// Adds a task, in place of one of the same name.
    pub(super) fn register(&self, about: About) -> Arc<Entry> {
        let entry = Arc::new(Entry { about, wake: Notify::new(), state: Mutex::default() });
        let mut entries = self.entries();
        match entries.iter_mut().find(|known| known.about.name == about.name) {
            Some(known) => *known = entry.clone(),
            None => entries.push(entry.clone()),
        }
        entry
    }

    /// Has a task run now, or once more where it runs already.
    pub(crate) fn wake(&self, name: &str) {
        if let Some(entry) = self.entries().iter().find(|known| known.about.name == name) {
            entry.wake.notify_one();
        }
    }

    /// How each stands.
    pub(crate) fn read(&self, now: DateTime<Utc>) -> Vec<TaskStatus> {
        self.entries().iter().map(|entry| entry.read(now)).collect()
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Arc<Entry>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task as the driver and its readers share it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) about: About,
    pub(super) wake: Notify,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    running: bool,
    started: Option<DateTime<Utc>>,
    finished: Option<DateTime<Utc>>,
    took: Option<Duration>,
    result: Option<String>,
    failure: Option<Failure>,
    failing: bool,
    due: Option<Instant>,
    runs: u64,
    failures: u64,
    done: u64,
}

/// What is to be logged after a run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// Nothing that was not said before.
    None,
    /// It fails, or fails otherwise than before.
    Fails(String),
    /// It failed so many times and does no more.
    Recovered(u64),
}

impl Entry {
    /// Notes that a run begins.
    pub(super) fn begin(&self, now: DateTime<Utc>) {
        let mut state = self.state();
        state.running = true;
        state.started = Some(now);
        state.due = None;
    }

    /// Notes what a run came to and when the next is due.
    pub(super) fn end(
        &self,
        now: DateTime<Utc>,
        took: Duration,
        outcome: Result<Report, String>,
        due: Instant,
    ) -> News {
        let mut state = self.state();
        state.running = false;
        state.finished = Some(now);
        state.took = Some(took);
        state.due = Some(due);
        state.runs += 1;
        let failing = state.failing;
        let before = state.failure.take_if(|_| failing);
        match outcome {
            Ok(report) => {
                state.done = state.done.saturating_add(report.done);
                state.result = Some(report.sentence);
                state.failing = false;
                let Some(before) = before else { return News::None };
                let times = before.times;
                state.failure = Some(before);
                News::Recovered(times)
            }
            Err(sentence) => {
                state.failures += 1;
                state.failing = true;
                let same = before.as_ref().is_some_and(|before| before.sentence == sentence);
                state.failure = Some(Failure {
                    since: before.as_ref().map_or(now, |before| before.since),
                    times: before.map_or(0, |before| before.times) + 1,
                    last: now,
                    sentence: sentence.clone(),
                });
                if same { News::None } else { News::Fails(sentence) }
            }
        }
    }

    fn read(&self, now: DateTime<Utc>) -> TaskStatus {
        let state = self.state();
        let rest = |due: Instant| {
            let rest = due.saturating_duration_since(Instant::now());
            now + TimeDelta::from_std(rest).unwrap_or_default()
        };
        TaskStatus {
            about: self.about,
            running_since: state.started.filter(|_| state.running),
            last_started: state.started,
            last_finished: state.finished,
            last_duration: state.took,
            last_result: state.result.clone(),
            failure: state.failure.clone(),
            failing: state.failing,
            next_due: state.due.map(rest),
            runs: state.runs,
            failures: state.failures,
            done: state.done,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_only_what_there_was() {
        assert_eq!(Report::counted(0u64, "run", "runs").sentence, "nothing to do");
        assert_eq!(Report::counted(1u64, "run opened", "runs opened").sentence, "1 run opened");
        let both = Report::listed(&[(2, "row", "rows"), (0, "hour", "hours"), (1, "sum", "sums")]);
        assert_eq!((both.done, both.sentence.as_str()), (3, "2 rows, 1 sum"));
    }

    #[test]
    fn a_failure_is_news_only_where_its_text_is() {
        let about =
            About { name: "a", title: "A", does: "Nothing.", period: Duration::from_secs(1) };
        let statuses = Statuses::default();
        let entry = statuses.register(about);
        let at = |s| DateTime::from_timestamp(s, 0).unwrap_or_default();
        let end = |s, outcome: Result<Report, &str>| {
            entry.begin(at(s));
            let due = Instant::now() + about.period;
            entry.end(at(s), Duration::ZERO, outcome.map_err(ToOwned::to_owned), due)
        };
        assert_eq!(end(1, Ok(Report::default())), News::None);
        assert_eq!(end(2, Err("lost")), News::Fails("lost".into()));
        assert_eq!(end(3, Err("lost")), News::None);
        assert_eq!(end(4, Err("full")), News::Fails("full".into()));
        let failing = statuses.read(at(5)).remove(0);
        let failure = Failure { sentence: "full".into(), since: at(2), last: at(4), times: 3 };
        assert_eq!((failing.failing, failing.failure), (true, Some(failure.clone())));
        assert!(failing.next_due.is_some_and(|due| due > at(5)));
        assert_eq!(end(6, Ok(Report::default())), News::Recovered(3));
        let well = statuses.read(at(7)).remove(0);
        assert_eq!((well.failing, well.failure), (false, Some(failure)), "it is not forgotten");
        assert_eq!((well.runs, well.failures), (5, 3));
        assert_eq!(end(8, Err("full")), News::Fails("full".into()), "it is news again");
        let again = statuses.read(at(9)).remove(0).failure;
        assert_eq!(again.map(|failure| (failure.since, failure.times)), Some((at(8), 1)));
    }
}
