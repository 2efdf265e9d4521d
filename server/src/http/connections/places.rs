//! Who is connected: how many, from where, and which has waited longest for its next request.

use std::{
    cmp::Reverse,
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use tokio_util::sync::CancellationToken;

use super::bounds::{BODY_KEPT, Bounds};

/// The places there are and who takes them.
#[derive(Debug)]
pub struct Places {
    bounds: Bounds,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    next: u64,
    open: HashMap<u64, Open>,
    closed: u64,
    refused: u64,
}

#[derive(Debug)]
struct Open {
    address: IpAddr,
    /// Since when it has been waiting for a request; `None` while one is answered.
    idle_since: Option<Instant>,
    /// Since when a body has been coming in, while one does.
    receiving_since: Option<Instant>,
    close: CancellationToken,
}

/// How many connections there are and were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Open now.
    pub open: usize,
    /// Closed so far to make room for others.
    pub closed: u64,
    /// Refused so far, since all others were being answered.
    pub refused: u64,
}

impl Places {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { bounds, known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there are.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let known = self.known();
        Counts { open: known.open.len(), closed: known.closed, refused: known.refused }
    }

    /// A place for a connection from this address: where there are too many, that of whoever has
    /// waited longest for nothing; `None` where all are being answered. What comes through a proxy
    /// is many people's, and counts only with all others.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr, is_proxy: bool) -> Option<Place> {
        let mut known = self.known();
        let of_address = known.open.values().filter(|one| one.address == address).count();
        let makes_room = if !is_proxy && of_address >= self.bounds.each {
            known.close_oldest(|one| one.address == address)
        } else if known.open.len() >= self.bounds.total {
            known.close_oldest(|_| true)
        } else {
            true
        };
        if !makes_room {
            known.refused += 1;
            return None;
        }
        let id = known.next;
        known.next += 1;
        let close = CancellationToken::new();
        let open = Open {
            address,
            idle_since: Some(Instant::now()),
            receiving_since: None,
            close: close.clone(),
        };
        known.open.insert(id, open);
        drop(known);
        Some(Place { places: Arc::clone(self), id, close })
    }

    /// Closes whoever has waited longest for nothing.
    pub(super) fn close_oldest_idle(&self) {
        self.known().close_oldest(|_| true);
    }

    fn set(&self, id: u64, idle_since: Option<Instant>) {
        if let Some(open) = self.known().open.get_mut(&id) {
            open.idle_since = idle_since;
        }
    }
}

impl Places {
    fn receives(&self, id: u64, since: Option<Instant>) {
        if let Some(open) = self.known().open.get_mut(&id) {
            open.receiving_since = since;
        }
    }
}

impl Known {
    /// Closes what waits for nothing, or for a body that does not come to its end: of the address
    /// that has the most, whatever has waited longest. Answers whether there was one to close.
    fn close_oldest(&mut self, which: impl Fn(&Open) -> bool) -> bool {
        let mut each: HashMap<IpAddr, usize> = HashMap::new();
        for one in self.open.values() {
            *each.entry(one.address).or_default() += 1;
        }
        let slow = |one: &Open| one.receiving_since.filter(|since| since.elapsed() >= BODY_KEPT);
        let waiting = self.open.iter().filter(|(_, one)| which(one));
        let waiting = waiting.filter_map(|(id, one)| {
            let since = one.idle_since.or_else(|| slow(one))?;
            Some((Reverse(each.get(&one.address).copied().unwrap_or(0)), since, *id))
        });
        let Some((.., id)) = waiting.min() else { return false };
        if let Some(open) = self.open.remove(&id) {
            open.close.cancel();
            self.closed += 1;
        }
        true
    }
}

/// A connection's place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    id: u64,
    close: CancellationToken,
}

impl Place {
    /// Cancelled when the place is needed for another.
    pub(super) fn closed(&self) -> CancellationToken {
        self.close.clone()
    }

    /// Says that the body of a request is coming in, until what this gives is dropped.
    pub(super) fn receiving(self: &Arc<Self>) -> Receiving {
        self.places.receives(self.id, Some(Instant::now()));
        Receiving(Arc::clone(self))
    }

    /// Says that a request is being answered, until what this gives is dropped.
    pub(super) fn busy(self: &Arc<Self>) -> Busy {
        self.places.set(self.id, None);
        Busy(Arc::clone(self))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.known().open.remove(&self.id);
    }
}

/// A body that is coming in.
#[derive(Debug)]
pub(super) struct Receiving(Arc<Place>);

impl Drop for Receiving {
    fn drop(&mut self) {
        self.0.places.receives(self.0.id, None);
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Busy(Arc<Place>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.places.set(self.0.id, Some(Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(total: usize, each: usize) -> Arc<Places> {
        Arc::new(Places::new(Bounds { total, each }))
    }

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn the_longest_idle_makes_room() {
        let places = places(3, 3);
        let all: Vec<_> = (0..3).map(|_| Arc::new(places.admit(HERE, false).unwrap())).collect();
        let busy = all[0].busy();
        let next = places.admit(THERE, false).unwrap();
        assert!(!all[0].closed().is_cancelled(), "it is being answered");
        assert!(all[1].closed().is_cancelled() && !all[2].closed().is_cancelled());
        // Answered, it has waited less than the others.
        drop(busy);
        let more = places.admit(THERE, false).unwrap();
        assert!(all[2].closed().is_cancelled() && !next.closed().is_cancelled());
        assert_eq!(places.counts(), Counts { open: 3, closed: 2, refused: 0 });
        drop((all, next, more));
        assert_eq!(places.counts().open, 0);
    }

    #[test]
    fn one_address_takes_no_place_of_another() {
        let places = places(10, 2);
        let (first, second) =
            (places.admit(HERE, false).unwrap(), places.admit(HERE, false).unwrap());
        let other = places.admit(THERE, false).unwrap();
        let third = places.admit(HERE, false).unwrap();
        assert!(first.closed().is_cancelled());
        assert!(!second.closed().is_cancelled() && !other.closed().is_cancelled());
        // A proxy is not one visitor.
        let through: Vec<_> = (0..5).map(|_| places.admit(HERE, true).unwrap()).collect();
        assert_eq!(places.counts().open, 8);
        drop((third, through));
    }

    #[test]
    fn a_body_that_does_not_end_makes_room_and_of_whoever_has_most() {
        let places = places(3, 3);
        let long_ago = Instant::now().checked_sub(2 * BODY_KEPT).unwrap();
        let all: Vec<_> = [THERE, HERE, HERE]
            .map(|address| Arc::new(places.admit(address, false).unwrap()))
            .into();
        let busy: Vec<_> = all.iter().map(Place::busy).collect();
        let bodies: Vec<_> = all.iter().map(Place::receiving).collect();
        assert!(places.admit(THERE, false).is_none(), "they have just begun");
        for one in &all {
            places.receives(one.id, Some(long_ago));
        }
        let next = places.admit(THERE, false).unwrap();
        assert!(all[1].closed().is_cancelled(), "the first of whoever has the most");
        assert!(!all[0].closed().is_cancelled() && !all[2].closed().is_cancelled());
        // What has come in whole is answered to its end.
        drop(bodies);
        let _busy = Arc::new(next).busy();
        assert!(places.admit(THERE, false).is_none());
        drop(busy);
    }

    #[test]
    fn where_all_are_answered_the_next_is_refused() {
        let places = places(2, 2);
        let all: Vec<_> = (0..2).map(|_| Arc::new(places.admit(HERE, false).unwrap())).collect();
        let busy: Vec<_> = all.iter().map(Place::busy).collect();
        assert!(places.admit(THERE, false).is_none());
        assert_eq!(places.counts(), Counts { open: 2, closed: 0, refused: 1 });
        drop(busy);
        assert!(places.admit(THERE, false).is_some());
    }
}
