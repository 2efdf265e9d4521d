//! The engine: everything an act needs.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use domain::{audit::ChainCheck, event::Event, ids::DeploymentId};
use probes::Prober;
use store::{ActFuture, Link, Store, StoreError, Tx, claims};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    clock::Clock,
    error::Refusal,
    probing::{Conditions, LastJudged},
    scheduler::{Counts, SchedulerStats},
    tokens::TokenCache,
};

/// A scheduler that has not looked for so long has stopped: it looks twice a second.
const SCHEDULER_SILENT: Duration = Duration::from_secs(30);

/// What this installation is set to.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where people reach the portal, without a trailing slash.
    pub base_url: String,
}

/// Everything an act needs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    /// What this portal is called among those on the same database.
    portal: Uuid,
    clock: Arc<dyn Clock>,
    prober: Prober,
    options: Options,
    tokens: TokenCache,
    reschedule: tokio::sync::Notify,
    stopping: CancellationToken,
    scheduled_at: Mutex<Option<Instant>>,
    scheduler: Counts,
    conditions: Conditions,
    last_judged: LastJudged,
    verified: Mutex<ChainCheck>,
}

impl Engine {
    /// An engine over an open database.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, prober: Prober, options: Options) -> Self {
        Self(Arc::new(Inner {
            store,
            portal: Uuid::new_v4(),
            clock,
            prober,
            options,
            tokens: TokenCache::default(),
            reschedule: tokio::sync::Notify::new(),
            stopping: CancellationToken::new(),
            scheduled_at: Mutex::default(),
            scheduler: Counts::default(),
            conditions: Conditions::default(),
            last_judged: LastJudged::default(),
            verified: Mutex::default(),
        }))
    }

    /// Now, by the engine's clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// What this installation is set to.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// What the database's writer has done.
    #[must_use]
    pub fn writer_stats(&self) -> &store::WriterStats {
        self.0.store.writer_stats()
    }

    /// What changes from now on.
    #[must_use]
    pub fn subscribe(&self) -> tokio::sync::broadcast::Receiver<Event> {
        self.0.store.subscribe()
    }

    /// Tells of a change that stands already.
    pub(crate) fn publish(&self, event: Event) {
        self.0.store.publish(event);
    }

    pub(crate) fn prober(&self) -> &Prober {
        &self.0.prober
    }

    /// Conditions of checks that have been read.
    pub(crate) fn conditions(&self) -> &Conditions {
        &self.0.conditions
    }

    /// When each box was last judged for what its checks saw.
    pub(crate) fn last_judged(&self) -> &LastJudged {
        &self.0.last_judged
    }

    pub(crate) fn token_cache(&self) -> &TokenCache {
        &self.0.tokens
    }

    /// Cancelled when the portal stops: whoever waits for changes need wait no more.
    #[must_use]
    pub fn stopping(&self) -> &CancellationToken {
        &self.0.stopping
    }

    /// How far the audit chain was followed in this process.
    pub(crate) fn verified(&self) -> &Mutex<ChainCheck> {
        &self.0.verified
    }

    /// Notes that the scheduler has just looked at what is due.
    pub(crate) fn scheduler_looked(&self) {
        *self.0.scheduled_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether the scheduler has looked at what is due lately.
    pub(crate) fn scheduler_runs(&self) -> bool {
        let looked = *self.0.scheduled_at.lock().unwrap_or_else(PoisonError::into_inner);
        looked.is_some_and(|at| at.elapsed() < SCHEDULER_SILENT)
    }

    pub(crate) fn scheduler_counts(&self) -> &Counts {
        &self.0.scheduler
    }

    /// How punctual the scheduler has been.
    #[must_use]
    pub fn scheduler_stats(&self) -> SchedulerStats {
        self.0.scheduler.read()
    }

    /// Claims slots for this portal; answers those no other portal on this database has.
    pub(crate) async fn claim(
        &self,
        slots: &[claims::Slot],
    ) -> Result<Vec<claims::Slot>, StoreError> {
        claims::claim(&mut self.0.store.read().await?, self.0.portal, slots, self.now()).await
    }

    /// Notes that the runs in these slots are done.
    pub(crate) async fn slots_done(&self, slots: &[claims::Slot]) -> Result<(), StoreError> {
        claims::done(&mut self.0.store.read().await?, slots).await
    }

    /// Says that this portal lives; answers the slots of portals that died, which are now its own.
    pub(crate) async fn take_over(&self) -> Result<Vec<claims::Slot>, StoreError> {
        claims::take_over(&mut self.0.store.read().await?, self.0.portal, self.now()).await
    }

    /// Wakes the scheduler: something it runs has changed.
    pub(crate) fn reschedule(&self) {
        self.0.reschedule.notify_one();
    }

    pub(crate) async fn rescheduled(&self) {
        self.0.reschedule.notified().await;
    }

    pub(crate) async fn read(&self) -> Result<Link, StoreError> {
        self.0.store.read().await
    }

    /// Runs an act in one transaction and answers once it is durable.
    pub(crate) async fn write<T, F>(&self, act: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> ActFuture<'t, Result<T, Refusal>> + Send + 'static,
    {
        self.0.store.write(act).await
    }

    /// As [`write`](Self::write), for acts that hear heartbeats.
    pub(crate) async fn hear<T, F>(&self, act: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> ActFuture<'t, Result<T, Refusal>> + Send + 'static,
    {
        self.0.store.hear(act).await
    }

    /// Whether the database takes writes: tried with one.
    pub(crate) async fn takes_writes(&self) -> bool {
        let now = self.now().to_rfc3339();
        let put = self.write(move |tx| {
            Box::pin(async move { Ok(store::settings::put(tx, "written_at", now).await?) })
        });
        put.await.is_ok()
    }

    pub(crate) fn changed(&self, deployment: DeploymentId) {
        self.publish(Event::run_changed(deployment));
    }

    /// Which database keeps everything.
    #[must_use]
    pub fn database(&self) -> store::Kind {
        self.0.store.kind()
    }

    /// Finishes what is being written and closes the database. For the last owner.
    pub async fn close(self) {
        if let Some(inner) = Arc::into_inner(self.0) {
            inner.store.close().await;
        } else {
            tracing::warn!(
                "the engine is still in use; the database is closed by the process's end"
            );
        }
    }
}

/// A new id, in order of creation.
pub(crate) fn new_id() -> uuid::Uuid {
    uuid::Uuid::now_v7()
}
