//! How many tasks run side by side, in all and toward one host. What waits for a host holds no
//! place of the others, so that one that hangs delays only its own.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many run side by side in all.
const SIDE_BY_SIDE: usize = 512;
/// How many of them toward one host.
const TOWARD_A_HOST: usize = 32;

/// The places.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    all: Arc<Semaphore>,
    hosts: Arc<Mutex<HashMap<String, Weak<Semaphore>>>>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(SIDE_BY_SIDE)), hosts: Arc::default() }
    }
}

/// A place that is taken until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _host: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
    _semaphore: Arc<Semaphore>,
}

impl Limits {
    /// Waits for a place toward a host; `None` when the portal stops.
    pub(super) async fn place(&self, host: &str) -> Option<Place> {
        let semaphore = self.toward(host);
        let host = semaphore.clone().acquire_owned().await.ok()?;
        let all = self.all.clone().acquire_owned().await.ok()?;
        Some(Place { _host: host, _all: all, _semaphore: semaphore })
    }

    fn toward(&self, host: &str) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = hosts.get(host).and_then(Weak::upgrade) {
            return known;
        }
        // Hosts that nothing runs toward are forgotten now and then.
        if hosts.len() > 1_024 {
            hosts.retain(|_, known| known.strong_count() > 0);
        }
        let semaphore = Arc::new(Semaphore::new(TOWARD_A_HOST));
        hosts.insert(host.to_owned(), Arc::downgrade(&semaphore));
        semaphore
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn one_host_does_not_take_the_places_of_another() {
        let limits = Limits::default();
        let mut held = Vec::new();
        for _ in 0..TOWARD_A_HOST {
            held.push(limits.place("slow.example.org:443").await);
        }
        let more = limits.place("slow.example.org:443");
        assert!(tokio::time::timeout(Duration::from_millis(20), more).await.is_err());
        assert!(limits.place("fast.example.org:443").await.is_some());
        held.pop();
        assert!(limits.place("slow.example.org:443").await.is_some());
    }
}
