//! A plain HTTP client in a process of its own, whose processor time probes are held against.

use std::{
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// The argument that makes this program that client.
pub const ARGUMENT: &str = "plain-client";
/// For how long it asks.
const FOR: Duration = Duration::from_secs(5);
/// Side by side.
const CONNECTIONS: usize = 32;

/// Microseconds of processor time of one request.
pub async fn raw_us(url: &str, keep_alive: bool) -> f64 {
    let Ok(program) = std::env::current_exe() else { return f64::NAN };
    let kept = if keep_alive { "kept" } else { "fresh" };
    let spawned = Command::new(program).args([ARGUMENT, url, kept]).stdout(Stdio::piped()).spawn();
    let Ok(child) = spawned else { return f64::NAN };
    let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await;
    let Ok(Ok(output)) = output else { return f64::NAN };
    String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or(f64::NAN)
}

/// Asks over and over; answers the microseconds of processor time each took.
pub async fn ask(url: &str, keep_alive: bool) -> f64 {
    let built = reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(if keep_alive { CONNECTIONS } else { 0 })
        .build();
    let Ok(client) = built else { return f64::NAN };
    let count = AtomicU64::new(0);
    let (began, cpu) = (Instant::now(), crate::portal::cpu_s("self"));
    let asking = (0..CONNECTIONS).map(|_| async {
        while began.elapsed() < FOR {
            if let Ok(answer) = client.get(url).send().await
                && answer.bytes().await.is_ok()
            {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    futures::future::join_all(asking).await;
    #[expect(clippy::cast_precision_loss, reason = "some ten thousand")]
    let count = count.load(Ordering::Relaxed) as f64;
    (crate::portal::cpu_s("self") - cpu) / count * 1e6
}
