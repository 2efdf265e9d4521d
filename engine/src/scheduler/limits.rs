//! How many tasks run side by side: in all, of one service, of it toward one host, and in browsers. What
//! waits holds no place that another service waits for, so that one that hangs delays only its own.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// How many run side by side in all.
const SIDE_BY_SIDE: usize = 512;
/// How many of them are of one service.
const OF_A_SERVICE: usize = 128;
/// How many of those go toward one host.
const TOWARD_A_HOST: usize = 32;
/// How many journeys: few more than there are browsers.
const JOURNEYS: usize = 4;
/// How many journeys of one service, so that those of another come in between.
const JOURNEYS_OF_A_SERVICE: usize = 2;

/// Whose place it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim<'a> {
    /// Of which service.
    pub(super) service: Uuid,
    /// Host and port it goes to.
    pub(super) host: &'a str,
    /// Whether it takes a browser.
    pub(super) journey: bool,
}

/// The places.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    all: Arc<Semaphore>,
    journeys: Arc<Semaphore>,
    services: Shared<Uuid>,
    journeys_of: Shared<Uuid>,
    hosts: Shared<(Uuid, String)>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            all: Arc::new(Semaphore::new(SIDE_BY_SIDE)),
            journeys: Arc::new(Semaphore::new(JOURNEYS)),
            services: Shared::new(OF_A_SERVICE),
            journeys_of: Shared::new(JOURNEYS_OF_A_SERVICE),
            hosts: Shared::new(TOWARD_A_HOST),
        }
    }
}

/// A place that is taken until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _taken: Vec<OwnedSemaphorePermit>,
    _shared: Vec<Arc<Semaphore>>,
}

impl Limits {
    /// Waits for a place; `None` when the portal stops. The service's own come first: who waits for one
    /// of them holds nothing that others wait for.
    pub(super) async fn place(&self, claim: Claim<'_>) -> Option<Place> {
        let mut shared = Vec::with_capacity(3);
        if claim.journey {
            shared.push(self.journeys_of.of(claim.service));
        }
        shared.push(self.hosts.of((claim.service, claim.host.to_owned())));
        shared.push(self.services.of(claim.service));
        let browsers = claim.journey.then(|| self.journeys.clone());
        let mut taken = Vec::with_capacity(5);
        for semaphore in shared.iter().chain(&browsers).chain([&self.all]) {
            taken.push(semaphore.clone().acquire_owned().await.ok()?);
        }
        Some(Place { _taken: taken, _shared: shared })
    }
}

/// Places by what they are of, each while anything runs or waits there.
#[derive(Debug, Clone)]
struct Shared<K> {
    each: usize,
    known: Arc<Mutex<Known<K>>>,
}

#[derive(Debug)]
struct Known<K> {
    semaphores: HashMap<K, Weak<Semaphore>>,
    /// At how many what nothing runs for is forgotten.
    sweep_at: usize,
}

/// How many may be known before any is forgotten.
const FEW: usize = 1_024;

impl<K: Eq + Hash> Shared<K> {
    fn new(each: usize) -> Self {
        let known = Known { semaphores: HashMap::new(), sweep_at: FEW };
        Self { each, known: Arc::new(Mutex::new(known)) }
    }

    fn of(&self, key: K) -> Arc<Semaphore> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = known.semaphores.get(&key).and_then(Weak::upgrade) {
            return there;
        }
        if known.semaphores.len() >= known.sweep_at {
            known.semaphores.retain(|_, there| there.strong_count() > 0);
            // Only once as many have come as are in use: to go through all costs as much as that.
            known.sweep_at = FEW.max(2 * known.semaphores.len());
        }
        let semaphore = Arc::new(Semaphore::new(self.each));
        known.semaphores.insert(key, Arc::downgrade(&semaphore));
        semaphore
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn claim(service: u128, host: &str, journey: bool) -> Claim<'_> {
        Claim { service: Uuid::from_u128(service), host, journey }
    }

    #[test]
    fn what_is_in_use_stays_and_all_else_is_forgotten() {
        let shared = Shared::new(1);
        let held: Vec<_> = (0..5_000).map(|n| shared.of(n)).collect();
        for n in 5_000..100_000 {
            drop(shared.of(n));
        }
        let count = shared.known.lock().unwrap().semaphores.len();
        assert!((5_000..=10_000).contains(&count), "{count}");
        assert!(held.iter().enumerate().all(|(n, one)| Arc::ptr_eq(one, &shared.of(n))));
    }

    async fn is_free(limits: &Limits, claim: Claim<'_>) -> bool {
        tokio::time::timeout(Duration::from_millis(20), limits.place(claim)).await.is_ok()
    }

    #[tokio::test]
    async fn one_host_does_not_take_the_places_of_another() {
        let limits = Limits::default();
        let mut held = Vec::new();
        for _ in 0..TOWARD_A_HOST {
            held.push(limits.place(claim(1, "slow.example.org:443", false)).await);
        }
        assert!(!is_free(&limits, claim(1, "slow.example.org:443", false)).await);
        assert!(is_free(&limits, claim(1, "fast.example.org:443", false)).await);
        held.pop();
        assert!(is_free(&limits, claim(1, "slow.example.org:443", false)).await);
    }

    #[tokio::test]
    async fn one_service_does_not_take_the_places_of_another() {
        let limits = Limits::default();
        let mut held = Vec::new();
        for n in 0..OF_A_SERVICE {
            let host = format!("{}.example.org", n % 8);
            held.push(limits.place(claim(1, &host, false)).await);
        }
        assert!(!is_free(&limits, claim(1, "9.example.org", false)).await);
        assert!(is_free(&limits, claim(2, "9.example.org", false)).await);
    }

    /// A browser may be held for minutes: whatever waits for one must not stand in the way of all else.
    #[tokio::test]
    async fn journeys_that_wait_hold_no_place() {
        let limits = Limits::default();
        let mut held = Vec::new();
        for n in 0..JOURNEYS_OF_A_SERVICE {
            held.push(limits.place(claim(1, &format!("{n}.example.org"), true)).await);
        }
        let waiting: Vec<_> = (0..SIDE_BY_SIDE)
            .map(|n| {
                let limits = limits.clone();
                tokio::spawn(async move {
                    limits.place(claim(1, &format!("{n}.example.org"), true)).await.is_some()
                })
            })
            .collect();
        tokio::task::yield_now().await;
        assert!(is_free(&limits, claim(1, "0.example.org", false)).await, "another kind");
        assert!(
            is_free(&limits, claim(2, "0.example.org", true)).await,
            "another service's journey"
        );
        waiting.into_iter().for_each(|task| task.abort());
    }
}
