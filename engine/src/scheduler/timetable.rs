//! Which task is due when. It has no clock: times are given, in milliseconds since 1970.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, binary_heap::PeekMut},
    hash::{DefaultHasher, Hash, Hasher as _},
};

/// After how long it is looked again whether a run at once can begin, in milliseconds.
const AGAIN_MS: i64 = 100;

/// A task to be put on the timetable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned<K, O> {
    /// Which one.
    pub(super) key: K,
    /// Milliseconds from one run to the next.
    pub(super) interval_ms: i64,
    /// What it runs for; a new one has it run at once.
    pub(super) occasion: O,
    /// Whether it has run on this occasion, as far as is known.
    pub(super) has_run: bool,
    /// The slot of a run at once: the same wherever it is asked for.
    pub(super) at_once_slot_ms: i64,
}

/// A run that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Due<K> {
    /// Of which task.
    pub(super) key: K,
    /// In which slot.
    pub(super) slot_ms: i64,
    /// When it was to begin.
    pub(super) due_ms: i64,
    /// Whether it is for a new occasion, and so must not be left out.
    pub(super) at_once: bool,
}

#[derive(Debug)]
struct Entry<K, O> {
    key: K,
    interval_ms: i64,
    phase_ms: i64,
    due_ms: i64,
    /// The slot of a run at once.
    at_once: Option<i64>,
    occasion: O,
}

/// The timetable.
#[derive(Debug)]
pub(super) struct Timetable<K, O> {
    entries: Vec<Entry<K, O>>,
    /// Where the entry of each task is.
    places: HashMap<K, usize>,
    /// When which entry is due: a time that the entry does not have any more stands for nothing.
    queue: BinaryHeap<Reverse<(i64, usize)>>,
    skipped: u64,
    /// The time it was last looked at.
    looked_ms: i64,
}

impl<K, O> Default for Timetable<K, O> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            places: HashMap::new(),
            queue: BinaryHeap::new(),
            skipped: 0,
            looked_ms: i64::MIN,
        }
    }
}

impl<K: Copy + Eq + Hash, O: PartialEq + Copy> Timetable<K, O> {
    /// Puts these tasks on it and takes all others off. What is known keeps its time.
    pub(super) fn plan(&mut self, tasks: &[Planned<K, O>], now_ms: i64) {
        let before = std::mem::take(&mut self.entries);
        let mut known: HashMap<K, Entry<K, O>> =
            before.into_iter().map(|entry| (entry.key, entry)).collect();
        self.places.clear();
        for task in tasks {
            let place = *self.places.entry(task.key).or_insert(self.entries.len());
            // What is named twice is one task.
            if place < self.entries.len() {
                continue;
            }
            let interval_ms = task.interval_ms.max(1);
            let same = known.remove(&task.key).filter(|entry| {
                entry.occasion == task.occasion && entry.interval_ms == interval_ms
            });
            let entry = same.unwrap_or_else(|| {
                let phase_ms = phase(&task.key, interval_ms);
                let at_once = (!task.has_run).then_some(task.at_once_slot_ms);
                let due_ms = match at_once {
                    Some(_) => now_ms,
                    None => next_slot(phase_ms, interval_ms, now_ms),
                };
                let (key, occasion) = (task.key, task.occasion);
                Entry { key, interval_ms, phase_ms, due_ms, at_once, occasion }
            });
            self.entries.push(entry);
        }
        let entries = self.entries.iter().enumerate();
        self.queue = entries.map(|(place, entry)| Reverse((entry.due_ms, place))).collect();
    }

    /// The runs that are due, each task's next time noted. Whole slots that were missed, because
    /// the machine slept or its clock was put forward, are counted and not made up for.
    pub(super) fn take_due(&mut self, now_ms: i64) -> Vec<Due<K>> {
        self.looked_ms = now_ms;
        let mut due = Vec::new();
        while let Some(mut first) = self.queue.peek_mut() {
            let Reverse((due_ms, place)) = *first;
            if due_ms > now_ms {
                break;
            }
            let Some(entry) = self.entries.get_mut(place).filter(|entry| entry.due_ms == due_ms)
            else {
                PeekMut::pop(first);
                continue;
            };
            let key = entry.key;
            let missed = (now_ms - due_ms) / entry.interval_ms;
            match entry.at_once.take() {
                Some(slot_ms) => due.push(Due { key, slot_ms, due_ms, at_once: true }),
                None if missed == 0 => {
                    due.push(Due { key, slot_ms: due_ms, due_ms, at_once: false });
                }
                None => self.skipped += missed.unsigned_abs(),
            }
            entry.due_ms = next_slot(entry.phase_ms, entry.interval_ms, now_ms);
            *first = Reverse((entry.due_ms, place));
        }
        due
    }

    /// Puts a run at once back, where the run before has not ended: its occasion still waits for it.
    pub(super) fn put_back(&mut self, due: &Due<K>, now_ms: i64) {
        let Some(&place) = self.places.get(&due.key).filter(|_| due.at_once) else { return };
        let Some(entry) = self.entries.get_mut(place) else { return };
        entry.at_once = Some(due.slot_ms);
        entry.due_ms = now_ms + AGAIN_MS;
        self.queue.push(Reverse((entry.due_ms, place)));
    }

    /// Where the clock was put back, brings what would wait longer than its interval forward.
    pub(super) fn mend(&mut self, now_ms: i64) {
        let before_ms = std::mem::replace(&mut self.looked_ms, now_ms);
        // Nothing waits longer than its interval while the clock goes on.
        if now_ms >= before_ms {
            return;
        }
        for (place, entry) in self.entries.iter_mut().enumerate() {
            if entry.due_ms - now_ms > entry.interval_ms {
                entry.due_ms = next_slot(entry.phase_ms, entry.interval_ms, now_ms);
                self.queue.push(Reverse((entry.due_ms, place)));
            }
        }
    }

    /// When the next run is due.
    pub(super) fn next_ms(&self) -> Option<i64> {
        self.queue.peek().map(|Reverse((due_ms, _))| *due_ms)
    }

    /// How many slots were missed so far.
    pub(super) const fn skipped(&self) -> u64 {
        self.skipped
    }
}

/// Where in its interval a task lies: by its key alone, so that it is the same after a restart and
/// at every portal.
fn phase<K: Hash>(key: &K, interval_ms: i64) -> i64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    i64::try_from(hasher.finish() % interval_ms.unsigned_abs()).unwrap_or(0)
}

/// The next time after `now_ms` that lies on the phase.
fn next_slot(phase_ms: i64, interval_ms: i64, now_ms: i64) -> i64 {
    now_ms + interval_ms - (now_ms - phase_ms).rem_euclid(interval_ms)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BEGIN: i64 = 1_763_560_920_123;

    fn planned(key: u32, interval_s: i64, has_run: bool) -> Planned<u32, u8> {
        Planned { key, interval_ms: interval_s * 1_000, occasion: 1, has_run, at_once_slot_ms: 7 }
    }

    fn known(count: u32, interval_s: i64) -> Vec<Planned<u32, u8>> {
        (0..count).map(|key| planned(key, interval_s, true)).collect()
    }

    #[test]
    fn after_a_restart_all_start_within_an_interval_on_their_phase() {
        let starts = |from: i64| {
            let mut table = Timetable::default();
            table.plan(&known(1_000, 20), from);
            let mut starts: Vec<_> = table.take_due(from + 20_000);
            starts.sort_by_key(|due| due.key);
            starts
                .into_iter()
                .map(|due| (due.key, due.slot_ms.rem_euclid(20_000)))
                .collect::<Vec<_>>()
        };
        let first = starts(BEGIN);
        assert_eq!(first.len(), 1_000);
        assert_eq!(first, starts(BEGIN + 86_407_001), "the phase is kept");
        // Spread: no second of the twenty holds much more than its part.
        for second in 0..20 {
            let within = first.iter().filter(|(_, phase)| phase / 1_000 == second).count();
            assert!((20..=90).contains(&within), "{within} in second {second}");
        }
    }

    #[test]
    fn what_is_new_runs_at_once_and_then_on_its_phase() {
        let mut table = Timetable::default();
        table.plan(&[planned(1, 60, false)], BEGIN);
        let first = table.take_due(BEGIN);
        assert_eq!(first, [Due { key: 1, slot_ms: 7, due_ms: BEGIN, at_once: true }]);
        assert_eq!(table.take_due(BEGIN), [], "once");
        // The run for the occasion before has not ended: this one waits for its end.
        table.put_back(&first[0], BEGIN);
        assert_eq!(table.take_due(BEGIN), []);
        let again = table.take_due(BEGIN + 100);
        assert_eq!((again.len(), again[0].slot_ms, again[0].at_once), (1, 7, true));
        table.plan(&[planned(1, 60, false)], BEGIN + 5);
        assert_eq!(table.take_due(BEGIN + 5), [], "it is known now");
        let next = table.next_ms().unwrap();
        assert!(next > BEGIN && next <= BEGIN + 60_000);
        let changed = Planned { occasion: 2, ..planned(1, 60, false) };
        table.plan(&[changed], BEGIN + 10);
        assert_eq!(table.take_due(BEGIN + 10).len(), 1, "a new occasion");
        table.plan(&[], BEGIN + 11);
        assert_eq!(table.take_due(BEGIN + 999_999), [], "taken off");
    }

    #[test]
    fn a_sleep_is_a_gap_and_no_burst() {
        let mut table = Timetable::default();
        table.plan(&known(1_000, 20), BEGIN);
        // The machine sleeps for an hour, or its clock is put forward.
        let woken = BEGIN + 3_600_000;
        let due = table.take_due(woken);
        assert!(due.is_empty(), "{} at once", due.len());
        assert!(table.skipped() >= 1_000 * 179);
        let mut seen = 0;
        for step in 1..=200 {
            let due = table.take_due(woken + step * 100).len();
            assert!(due < 30, "{due} in a tenth of a second");
            seen += due;
        }
        assert_eq!(seen, 1_000, "each once in the next interval");
    }

    #[test]
    fn a_clock_put_back_does_not_stop_anything() {
        let mut table = Timetable::default();
        table.plan(&known(100, 20), BEGIN);
        assert_eq!(table.take_due(BEGIN + 20_000).len(), 100);
        let back = BEGIN - 3_600_000;
        table.mend(back);
        assert_eq!(table.take_due(back), []);
        assert_eq!(table.take_due(back + 20_000).len(), 100);
    }

    proptest! {
        /// However the clock goes: a task is never due twice in the same slot while time goes on,
        /// and never waits longer than its interval.
        #[test]
        fn once_per_slot(steps in proptest::collection::vec(1i64..90_000, 1..200)) {
            let mut table = Timetable::default();
            table.plan(&known(7, 20), BEGIN);
            let mut now = BEGIN;
            let mut seen = std::collections::HashSet::new();
            for step in steps {
                now += step;
                table.mend(now);
                for due in table.take_due(now) {
                    prop_assert!(seen.insert((due.key, due.slot_ms)), "{:?} twice", due);
                    prop_assert!(due.due_ms <= now && now - due.due_ms < 20_000);
                }
                prop_assert!(table.next_ms().unwrap() <= now + 20_000);
            }
        }
    }
}
