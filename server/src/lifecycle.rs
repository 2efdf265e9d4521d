//! Starting and stopping: on the first signal requests and tasks may finish, on the second, or
//! after a while, they may not.

use std::time::Duration;

use axum::Router;
use engine::Engine;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{http::Connections, startup::StartError};

/// How long requests and tasks may take to finish.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long what is being sent may take: as long as a receiver may take to answer, and a little to
/// write down what came of it.
const SENDING: Duration = Duration::from_secs(35);

/// Serves until a signal (or `stop`) says otherwise, then closes the database.
///
/// # Errors
/// Where serving fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections: Connections,
    engine: Engine,
    stop: CancellationToken,
) -> Result<(), StartError> {
    let tasks = TaskTracker::new();
    engine.deliveries().recover().await?;
    engine.background().start(&tasks, &stop);
    tasks.close();
    let mut serving = tokio::spawn(connections.serve(listener, router, stop.clone()));
    let served = tokio::select! {
        served = &mut serving => Some(served),
        () = signal() => {
            tracing::info!("stopping: what has begun may finish; once more to stop at once");
            stop.cancel();
            None
        }
        () = stop.cancelled() => None,
    };
    engine.stopping().cancel();
    if let Some(served) = served {
        stop.cancel();
        let failed = match served {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(failed) = failed {
            return Err(StartError::Other(format!("serving failed: {failed}")));
        }
    }
    tokio::select! {
        () = finish(&mut serving, &tasks, &engine) => {}
        () = signal() => tracing::warn!("stopping at once"),
    }
    serving.abort();
    engine.close().await;
    Ok(())
}

/// Waits for what has begun, each for as long as it may take.
async fn finish(
    serving: &mut tokio::task::JoinHandle<std::io::Result<()>>,
    tasks: &TaskTracker,
    engine: &Engine,
) {
    let sent_until = tokio::time::Instant::now() + SENDING;
    let begun = async {
        drop(serving.await);
        tasks.wait().await;
    };
    if tokio::time::timeout(PATIENCE, begun).await.is_err() {
        tracing::warn!("some requests or tasks did not finish in {} s", PATIENCE.as_secs());
    }
    // The deliverer is one of the tasks: what it leased last is being sent by now.
    let count = engine.deliveries().being_sent();
    if count > 0 {
        let most = SENDING.as_secs();
        tracing::info!(count, "waiting up to {most} s for what is being sent to be answered");
    }
    if tokio::time::timeout_at(sent_until, engine.deliveries().ended()).await.is_err() {
        tracing::warn!(
            "what is being sent was not answered in time; the next start looks after it"
        );
    }
}

/// Waits for SIGINT or SIGTERM.
async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    drop(tokio::signal::ctrl_c().await);
}
