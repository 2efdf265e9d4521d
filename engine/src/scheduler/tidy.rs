//! What is looked after now and then.

use std::time::Duration;

use chrono::{DateTime, Utc};
use store::{claims, idempotency, sessions};
use tokio_util::sync::CancellationToken;

use crate::Engine;

/// How often silent heartbeats are looked for.
const SILENCE: Duration = Duration::from_secs(2);
/// After how many rounds of tidying, half a minute each, rehearsals are looked at again.
const REJUDGE_ROUNDS: u32 = 10;

/// Notices heartbeats that have become silent, every few seconds.
pub(super) async fn listen_for_silence(engine: Engine, stop: CancellationToken) {
    loop {
        if let Err(error) = engine.notice_silence().await {
            tracing::error!(%error, "silent heartbeats could not be looked for");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(SILENCE) => {}
        }
    }
}

/// Reopens what expired waivers had closed, captures the baselines that are due, forgets what is
/// kept for a while only.
pub(super) async fn tidy(engine: Engine, stop: CancellationToken) {
    // At the start, all that expired while nobody was looking.
    let mut looked_until = DateTime::<Utc>::UNIX_EPOCH;
    let mut rounds = 0u32;
    loop {
        let now = engine.now();
        match engine.expire_waivers(looked_until).await {
            Ok(_) => looked_until = now,
            Err(error) => tracing::error!(%error, "expired waivers could not be looked for"),
        }
        if let Err(error) = engine.capture_baselines().await {
            tracing::error!(%error, "baselines that are due could not be captured");
        }
        if let Err(error) = engine.look_after_duties().await {
            tracing::error!(%error, "duties that are due could not be looked for");
        }
        if rounds.is_multiple_of(REJUDGE_ROUNDS)
            && let Err(error) = engine.rejudge_rehearsals().await
        {
            tracing::error!(%error, "rehearsals that are too old could not be looked for");
        }
        if rounds.is_multiple_of(120)
            && let Err(error) = engine.forget_what_is_old().await
        {
            tracing::error!(%error, "what is too old could not be forgotten");
        }
        if rounds.is_multiple_of(120) {
            let forgotten = engine
                .write(move |tx| {
                    Box::pin(async move {
                        sessions::delete_expired(tx, now).await?;
                        idempotency::forget(tx, now - chrono::Duration::hours(72)).await?;
                        claims::forget(tx, now - chrono::Duration::hours(1)).await?;
                        Ok(())
                    })
                })
                .await;
            if let Err(error) = forgotten {
                tracing::error!(%error, "what is no longer needed could not be removed");
            }
        }
        rounds = rounds.wrapping_add(1);
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(30)) => {}
        }
    }
}
