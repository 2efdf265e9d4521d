//! A target for probes, in this process: it answers at once and remembers when it was asked for
//! what, which is the truth the portal's own figures are held against.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 3\r\n\r\nok\n";
/// The number that is accepted and never answered.
pub const HANGS: u32 = u32::MAX;

/// A running target.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where it listens, on every address of the loopback.
    pub port: u16,
    asked: Arc<Mutex<Vec<(u32, Instant)>>>,
}

impl Target {
    /// Starts it.
    pub async fn start() -> Self {
        let Ok(listener) = TcpListener::bind("0.0.0.0:0").await else { panic!("no port is free") };
        let port = listener.local_addr().map_or(0, |at| at.port());
        let asked: Arc<Mutex<Vec<_>>> = Arc::default();
        let target = Self { port, asked: asked.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, asked.clone()));
            }
        });
        target
    }

    /// How often it was asked.
    pub fn count(&self) -> usize {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// What it was asked for since it was last asked this, and when.
    pub fn take(&self) -> Vec<(u32, Instant)> {
        std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn serve(mut stream: TcpStream, asked: Arc<Mutex<Vec<(u32, Instant)>>>) {
    let mut buffer = vec![0u8; 4_096];
    let mut filled = 0;
    while let Ok(read @ 1..) = stream.read(&mut buffer[filled..]).await {
        let at = Instant::now();
        filled += read;
        if !buffer[..filled].ends_with(b"\r\n\r\n") {
            continue;
        }
        let number = number(&buffer[..filled]);
        filled = 0;
        asked.lock().unwrap_or_else(PoisonError::into_inner).push((number, at));
        if number == HANGS {
            std::future::pending::<()>().await;
        }
        if stream.write_all(ANSWER).await.is_err() {
            return;
        }
    }
}

/// The number in `GET /7 HTTP/1.1`.
fn number(request: &[u8]) -> u32 {
    let line = request.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    std::str::from_utf8(line).ok().and_then(|path| path[1..].parse().ok()).unwrap_or(0)
}

/// How far apart the starts of each number were from `interval_s`, in milliseconds, all of them in
/// order; only numbers asked for twice or more say anything.
pub fn interval_errors_ms(asked: &[(u32, Instant)], interval_s: f64) -> Vec<f64> {
    let mut last: HashMap<u32, Instant> = HashMap::new();
    let mut errors = Vec::with_capacity(asked.len());
    for (number, at) in asked {
        if let Some(before) = last.insert(*number, *at) {
            errors.push(((*at - before).as_secs_f64() - interval_s).abs() * 1_000.0);
        }
    }
    errors.sort_by(f64::total_cmp);
    errors
}

/// The value below which `share` of sorted values lie.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list"
    )]
    let at = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}
