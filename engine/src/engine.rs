//! The engine: everything an act needs.

use std::{
    panic::Location,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use domain::{audit::ChainCheck, event::Event};
use integrations::Outbound;
use probes::Prober;
use store::{ActFuture, Connection, Store, StoreError, Tx, WriterStats, schedule_leases};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::{
    background::status::{Statuses, TaskStatus},
    checks::suspended::Suspended,
    clock::Clock,
    deliveries::Sending,
    error::Error,
    heartbeats::KnownIds,
    runs::last_evaluated::LastEvaluated,
    scheduler::stats::{Counts, SchedulerStats},
    token_cache::TokenCache,
};

/// A scheduler that has not looked for so long has stopped: it looks twice a second.
const SCHEDULER_SILENT: Duration = Duration::from_secs(30);

/// What this installation is set to.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where people reach the portal, without a trailing slash.
    pub base_url: String,
    /// What the pages call it beside the portal's name, such as `Staging`.
    pub label: Option<String>,
}

/// Everything an act needs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    prober: Prober,
    outbound: Outbound,
    sending: Sending,
    options: Options,
    tokens: TokenCache,
    reschedule: tokio::sync::Notify,
    stopping: CancellationToken,
    scheduled_at: Mutex<Option<Instant>>,
    scheduler: Counts,
    background: Statuses,
    suspended: Suspended,
    last_evaluated: LastEvaluated,
    heartbeat_ids: KnownIds,
    verified: Mutex<ChainCheck>,
}

impl Engine {
    /// An engine over an open database.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, prober: Prober, options: Options) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            outbound: Outbound::new(prober.client().clone()),
            sending: Sending::default(),
            prober,
            options,
            tokens: TokenCache::default(),
            reschedule: tokio::sync::Notify::new(),
            stopping: CancellationToken::new(),
            scheduled_at: Mutex::default(),
            scheduler: Counts::default(),
            background: Statuses::default(),
            suspended: Suspended::default(),
            last_evaluated: LastEvaluated::default(),
            heartbeat_ids: KnownIds::default(),
            verified: Mutex::default(),
        }))
    }

    /// Now, by the engine's clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.0.clock.clone()
    }

    /// What this installation is set to.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// What changes from now on.
    #[must_use]
    pub fn subscribe(&self) -> tokio::sync::broadcast::Receiver<Event> {
        self.0.store.subscribe()
    }

    pub(crate) fn prober(&self) -> &Prober {
        &self.0.prober
    }

    /// What is called and not probed is called through this.
    pub(crate) fn outbound(&self) -> &Outbound {
        &self.0.outbound
    }

    /// What this portal is sending.
    pub(crate) fn sending(&self) -> &Sending {
        &self.0.sending
    }

    /// Waits until a commit leaves something to be sent.
    pub(crate) async fn has_deliveries(&self) {
        self.0.store.has_deliveries().await;
    }

    /// What this portal is called among those on the same database.
    pub(crate) fn portal(&self) -> Uuid {
        self.0.store.portal()
    }

    /// Says that this portal lives.
    pub(crate) async fn lives(&self) -> Result<(), StoreError> {
        schedule_leases::lives(&mut self.0.store.read().await?, self.portal()).await
    }

    /// Checks that are not run until they are changed.
    pub(crate) fn suspended(&self) -> &Suspended {
        &self.0.suspended
    }

    /// When each box was last judged for what its checks saw.
    pub(crate) fn last_evaluated(&self) -> &LastEvaluated {
        &self.0.last_evaluated
    }

    /// The ids heartbeats are heard by.
    pub(crate) fn heartbeat_ids(&self) -> &KnownIds {
        &self.0.heartbeat_ids
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

    /// The background tasks of this portal.
    pub(crate) fn task_statuses(&self) -> &Statuses {
        &self.0.background
    }

    /// How each background task of this portal stands; none before they are started.
    #[must_use]
    pub fn background_tasks(&self) -> Vec<TaskStatus> {
        self.0.background.read(self.now())
    }

    /// How the database's writer does.
    #[must_use]
    pub fn writer_stats(&self) -> WriterStats {
        self.0.store.writer_stats()
    }

    /// Claims slots for this portal; answers those no other portal on this database has.
    pub(crate) async fn claim(
        &self,
        slots: &[schedule_leases::Slot],
    ) -> Result<Vec<schedule_leases::Slot>, StoreError> {
        schedule_leases::claim(&mut self.0.store.read().await?, self.portal(), slots, self.now())
            .await
    }

    /// Notes that the runs in these slots are done.
    pub(crate) async fn slots_done(
        &self,
        slots: &[schedule_leases::Slot],
    ) -> Result<(), StoreError> {
        schedule_leases::done(&mut self.0.store.read().await?, slots).await
    }

    /// Says that this portal lives; answers the slots of portals that died, which are now its own.
    pub(crate) async fn take_over(&self) -> Result<Vec<schedule_leases::Slot>, StoreError> {
        schedule_leases::take_over(&mut self.0.store.read().await?, self.portal(), self.now()).await
    }

    /// Wakes the scheduler: something it runs has changed.
    pub(crate) fn reschedule(&self) {
        self.0.reschedule.notify_one();
    }

    pub(crate) async fn rescheduled(&self) {
        self.0.reschedule.notified().await;
    }

    pub(crate) async fn read(&self) -> Result<Connection, StoreError> {
        self.0.store.read().await
    }

    /// Runs an act, of one use case or of several, in one transaction, and answers once it is
    /// durable; where it answers an error, all it wrote is undone. In the log it is known by where
    /// in the code it stands, which tells the use case.
    ///
    /// An act must not wait for anything but the database: all other acts wait for it.
    #[track_caller]
    pub fn act<T, E, F>(&self, act: F) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> ActFuture<'t, Result<T, E>> + Send + 'static,
    {
        let span = tracing::debug_span!("act", at = %Location::caller());
        self.0.store.write(act).instrument(span)
    }

    /// As [`act`](Self::act), for the engine's own.
    #[track_caller]
    pub(crate) fn write<T, F>(&self, act: F) -> impl Future<Output = Result<T, Error>> + Send
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> ActFuture<'t, Result<T, Error>> + Send + 'static,
    {
        self.act(act)
    }

    /// As [`write`](Self::write), for acts that hear heartbeats.
    #[track_caller]
    pub(crate) fn write_buffered<T, F>(
        &self,
        act: F,
    ) -> impl Future<Output = Result<T, Error>> + Send
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> ActFuture<'t, Result<T, Error>> + Send + 'static,
    {
        let span = tracing::debug_span!("act", at = %Location::caller());
        self.0.store.write_buffered(act).instrument(span)
    }

    /// Whether the database takes writes: tried with one.
    pub(crate) async fn takes_writes(&self) -> bool {
        let now = self.now().to_rfc3339();
        let put = self.write(move |tx| {
            Box::pin(async move { Ok(store::settings::put(tx, "written_at", now).await?) })
        });
        put.await.is_ok()
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
