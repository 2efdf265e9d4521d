//! The queue worker: processes orders and sends mails.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use crate::{
    heartbeat::Heartbeat,
    mail::{letters, sender::SendError},
    state::AppState,
    store::queue::{Entry, Job},
};

/// How often an idle worker looks for jobs that have become due, in milliseconds.
const LOOK_EVERY_MS: u64 = 250;
/// Least time between two heartbeats that jobs cause, in seconds.
const PING_AT_MOST_EVERY_S: u64 = 1;

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
enum JobError {
    #[error(transparent)]
    Send(#[from] SendError),
    #[error("order {0} does not exist")]
    NoOrder(u64),
}

/// Works until the shop stops.
pub async fn run(state: AppState, heartbeat: Heartbeat, heartbeat_every: Duration) {
    let mut last_ping: Option<Instant> = None;
    while !state.stop.is_cancelled() {
        state.metrics.queue_depth.set(i64::try_from(state.store.queue_depth()).unwrap_or(i64::MAX));
        let stopped = state.faults.get().worker_stopped;
        if state.worker_running.swap(!stopped, Ordering::AcqRel) == stopped {
            tracing::info!(running = !stopped, "queue worker changed");
        }
        let job = if stopped { None } else { state.store.next_job() };
        let worked = match job {
            Some(entry) => {
                work(&state, entry).await;
                true
            }
            None => false,
        };
        let pause =
            if worked { Duration::from_secs(PING_AT_MOST_EVERY_S) } else { heartbeat_every };
        if !stopped && last_ping.is_none_or(|last| last.elapsed() >= pause) {
            last_ping = Some(Instant::now());
            // Apart, so that a monitor that hangs does not hold the queue.
            let heartbeat = heartbeat.clone();
            tokio::spawn(async move { heartbeat.ping().await });
        }
        if !worked {
            tokio::select! {
                () = state.store.work.notified() => {}
                () = tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)) => {}
                () = state.stop.cancelled() => {}
            }
            if stopped {
                // A new job must not spin a worker that may not take it.
                tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
            }
        }
    }
    state.worker_running.store(false, Ordering::Release);
}

async fn work(state: &AppState, entry: Entry) {
    let kind = entry.job.kind();
    let outcome = match carry_out(state, &entry.job).await {
        Ok(()) => {
            state.store.finish_job(entry.id);
            tracing::info!(job_id = entry.id, kind, "job done");
            "done"
        }
        Err(error) if state.store.retry_job(entry.id) => {
            let attempt = entry.failures + 1;
            tracing::warn!(job_id = entry.id, kind, attempt, %error, "job failed, will be retried");
            "retried"
        }
        Err(error) => {
            let attempts = entry.failures + 1;
            tracing::error!(job_id = entry.id, kind, attempts, %error, "job failed for good");
            "failed"
        }
    };
    state.metrics.jobs.with_label_values(&[kind, outcome]).inc();
}

async fn carry_out(state: &AppState, job: &Job) -> Result<(), JobError> {
    match job {
        Job::ProcessOrder { number } => {
            let order = state.store.process_order(*number).ok_or(JobError::NoOrder(*number))?;
            let (subject, text) = letters::order_confirmation(&order, &state.addresses.base_url);
            state.store.queue_mail(&order.email, &subject, &text);
            tracing::info!(order = order.number, total_cents = order.total_cents, "order packed");
        }
        Job::SendMail { to, subject, text } => state.sender.send(to, subject, text).await?,
    }
    Ok(())
}
