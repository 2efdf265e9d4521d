//! Event streams that are open: how many a person holds, and how long each may go on.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::ids::PersonId;
use tokio_util::sync::CancellationToken;

/// The most streams of a person at a time; over that the oldest ends.
const EACH: usize = 8;
/// How often it is looked whether whoever listens may still.
pub const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// The streams of each person, oldest first. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct OpenStreams(Arc<Mutex<HashMap<PersonId, VecDeque<CancellationToken>>>>);

/// A stream's place, until it is dropped.
#[derive(Debug)]
pub struct OpenStream {
    streams: OpenStreams,
    person: PersonId,
    end: CancellationToken,
}

impl OpenStreams {
    /// A place for one more of a person's; where they hold too many, their oldest ends.
    pub fn open(&self, person: PersonId) -> OpenStream {
        let end = CancellationToken::new();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let theirs = all.entry(person).or_default();
        theirs.push_back(end.clone());
        while theirs.len() > EACH {
            if let Some(oldest) = theirs.pop_front() {
                oldest.cancel();
            }
        }
        OpenStream { streams: self.clone(), person, end }
    }
}

impl OpenStream {
    /// Cancelled when the stream has to end, for another of the same person.
    pub fn displaced(&self) -> CancellationToken {
        self.end.clone()
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        // What ends for want of a listener is no stream that was displaced.
        let mut all = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        self.end.cancel();
        if let Some(theirs) = all.get_mut(&self.person) {
            theirs.retain(|stream| !stream.is_cancelled());
            if theirs.is_empty() {
                all.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_oldest_of_a_person_ends_and_nobody_elses() {
        let streams = OpenStreams::default();
        let (anna, bert) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        let of_bert = streams.open(bert);
        let mut of_anna: Vec<_> = (0..EACH).map(|_| streams.open(anna)).collect();
        assert!(of_anna.iter().all(|one| !one.displaced().is_cancelled()));
        // One that is closed makes room.
        of_anna.pop();
        of_anna.push(streams.open(anna));
        assert!(of_anna.iter().all(|one| !one.displaced().is_cancelled()));
        of_anna.push(streams.open(anna));
        let ended: Vec<_> = of_anna.iter().map(|one| one.displaced().is_cancelled()).collect();
        assert_eq!(ended.iter().filter(|ended| **ended).count(), 1);
        assert!(ended[0] && !of_bert.displaced().is_cancelled());
        drop((of_anna, of_bert));
        assert!(streams.0.lock().unwrap().is_empty());
    }
}
