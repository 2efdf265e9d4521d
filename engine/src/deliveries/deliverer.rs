//! Sending what is due, one lease at a time for each delivery.

use std::{
    collections::HashSet,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{
    delivery::{Attempt, Delivery},
    event::Event,
    ids::DeliveryId,
};
use futures::FutureExt as _;
use integrations::{Sent, Webhook};
use store::deliveries;
use tokio::time::Instant;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Deliveries, hook, sentence, settle};
use crate::{Engine, Error};

/// The most that is sent at once.
const AT_ONCE: usize = 16;
/// How long it waits for a free hand where all of them send.
const FULL: Duration = Duration::from_millis(200);
/// The longest time between two looks at what is due, and the time after one that failed: what
/// another portal left is found so late.
const LOOK: Duration = Duration::from_secs(2);
/// How often what dead portals left is looked for.
const RECOVER: Duration = Duration::from_secs(5);
/// After what pause it is tried again to write down what came of an attempt.
const WRITE_AGAIN: Duration = Duration::from_secs(1);

/// What this portal is sending at the moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sending {
    tasks: TaskTracker,
    held: Arc<Mutex<HashSet<DeliveryId>>>,
    /// Held from before a lease is written down until it is known here: in between it would look
    /// like one whose answer was lost.
    pub(super) leasing: Arc<tokio::sync::Mutex<()>>,
}

impl Sending {
    pub(super) fn holds(&self, id: DeliveryId) -> bool {
        self.held().contains(&id)
    }

    fn held(&self) -> std::sync::MutexGuard<'_, HashSet<DeliveryId>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deliveries<'_> {
    /// Starts the deliverer. It takes nothing new once `stop` is cancelled; what it is sending then
    /// is waited for with [`ended`](Self::ended).
    pub fn start(self, tasks: &TaskTracker, stop: &CancellationToken) {
        tasks.spawn(deliver(self.0.clone(), stop.clone()));
    }

    /// How many deliveries are being sent.
    #[must_use]
    pub fn being_sent(self) -> usize {
        self.0.sending().tasks.len()
    }

    /// Waits until what is being sent has ended and is written down.
    pub async fn ended(self) {
        self.0.sending().tasks.close();
        self.0.sending().tasks.wait().await;
    }

    /// Leases what is due and sends it.
    async fn send_due(self) -> Result<(), Error> {
        let free = AT_ONCE.saturating_sub(self.0.sending().held().len());
        let now = self.0.now();
        let due = deliveries::next_due(&mut self.0.read().await?).await?;
        if free == 0 || due.is_none_or(|due| due > now) {
            return Ok(());
        }
        let _leasing = self.0.sending().leasing.lock().await;
        let portal = self.0.portal();
        let limit = i64::try_from(free).unwrap_or(1);
        let claimed = self
            .0
            .write(move |tx| {
                Box::pin(async move {
                    let mut messages = Vec::new();
                    for mut one in deliveries::claim(tx, portal, limit, now).await? {
                        tx.publish(Event::run_changed(one.deployment_id));
                        let message = hook::compose(tx, &mut one).await?;
                        messages.push((one, message));
                    }
                    Ok(messages)
                })
            })
            .await?;
        for (one, message) in claimed {
            self.0.sending().held().insert(one.id);
            self.0.sending().tasks.spawn(send(self.0.clone(), one, message));
        }
        Ok(())
    }

    /// Until when nothing is due, as far as is known.
    async fn pause(self) -> Duration {
        let due = match self.0.read().await {
            Ok(mut link) => deliveries::next_due(&mut link).await,
            Err(error) => Err(error),
        };
        let until = due.ok().flatten().map(|due| (due - self.0.now()).num_milliseconds());
        let until = until.map_or(LOOK, |ms| Duration::from_millis(ms.max(0).unsigned_abs()));
        let full = self.0.sending().held().len() >= AT_ONCE;
        until.clamp(if full { FULL } else { Duration::from_millis(20) }, LOOK)
    }
}

async fn deliver(engine: Engine, stop: CancellationToken) {
    let mut recovered: Option<Instant> = None;
    while !stop.is_cancelled() {
        if recovered.is_none_or(|at| at.elapsed() >= RECOVER) {
            // Before anything is held: others must know that who holds it lives.
            if let Err(error) = engine.lives().await {
                tracing::error!(%error, "that this portal lives could not be said");
            }
            match engine.deliveries().recover().await {
                Ok(()) => recovered = Some(Instant::now()),
                Err(error) => {
                    tracing::error!(%error, "what was being sent could not be looked for")
                }
            }
        }
        let pause = match engine.deliveries().send_due().await {
            Ok(()) => engine.deliveries().pause().await,
            Err(error) => {
                tracing::error!(%error, "what is due could not be sent");
                // It may have been leased all the same.
                recovered = None;
                LOOK
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = engine.has_deliveries() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Sends one and writes down what came of it, however long the database is away.
async fn send(engine: Engine, one: Delivery, message: Result<Webhook, String>) {
    let began = Instant::now();
    let (outcome, answer) = match message {
        Ok(webhook) => {
            let sending = AssertUnwindSafe(engine.outbound().post(&webhook)).catch_unwind();
            let sent = sending.await;
            let sent = sent.unwrap_or_else(|_| Sent::Lost("the portal broke down over it".into()));
            sentence::told(&sent)
        }
        Err(why) => (domain::delivery::AttemptOutcome::Impossible, why),
    };
    let (id, portal) = (one.id, engine.portal());
    let attempt = Attempt {
        n: one.attempts,
        at: one.created_at,
        duration_ms: i64::try_from(began.elapsed().as_millis()).ok(),
        outcome,
        answer,
    };
    loop {
        let (attempt, now) = (attempt.clone(), engine.now());
        let written = engine
            .write(move |tx| {
                Box::pin(async move {
                    settle::record(tx, portal, id, attempt, now).await.map_err(Error::from)
                })
            })
            .await;
        match written {
            Ok(()) => break,
            Err(error) => {
                tracing::error!(%error, delivery = %id, "what came of a delivery is not kept yet");
                tokio::time::sleep(WRITE_AGAIN).await;
            }
        }
    }
    engine.sending().held().remove(&id);
}
