//! Real servers on loopback, and a prober that may reach them.
#![expect(dead_code, reason = "each test file uses its part")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

pub mod servers;

use std::collections::BTreeMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::check::ProbeSpec;
use domain::measurement::{Finding, Measurement};
use probes::guard::{LookupError, NameResolver};
use probes::{Condition, GuardPolicy, GuardedClient, Mode, Prober};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub const PATIENCE: Duration = Duration::from_secs(20);

/// The real time, since that is what the certificates of these tests live in.
pub fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

pub fn loopback_policy() -> GuardPolicy {
    GuardPolicy::new(Mode::PrivateOk).allowing("127.0.0.0/8").unwrap()
}

pub fn client() -> GuardedClient {
    GuardedClient::builder().policy(loopback_policy()).build().unwrap()
}

pub async fn probe(spec: ProbeSpec, conditions: &[&str]) -> Measurement {
    probe_with(client(), spec, conditions, PATIENCE).await
}

pub async fn probe_with(
    client: GuardedClient,
    spec: ProbeSpec,
    conditions: &[&str],
    timeout: Duration,
) -> Measurement {
    let conditions: Vec<Condition> =
        conditions.iter().map(|text| Condition::parse(text).unwrap()).collect();
    Prober::new(client).run(&spec, &conditions, timeout, &now).await
}

pub fn http(url: impl Into<String>) -> ProbeSpec {
    ProbeSpec::Http { url: url.into(), method: None, headers: BTreeMap::new(), body: None }
}

pub fn finding<'a>(measurement: &'a Measurement, subject: &str) -> &'a Finding {
    measurement
        .findings
        .iter()
        .find(|finding| finding.subject == subject)
        .unwrap_or_else(|| panic!("no finding {subject} in {measurement:#?}"))
}

/// Serves an axum application on a free port of 127.0.0.1.
pub async fn serve(app: axum::Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

/// Hands every connection, its request read, to `answer`.
pub async fn raw<F, Fut>(answer: F) -> SocketAddr
where
    F: Fn(TcpStream, String) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let head = read_head(&mut stream).await;
                answer(stream, head).await;
            });
        }
    });
    address
}

/// Answers every request with these bytes and closes.
pub async fn raw_bytes(bytes: impl Into<Vec<u8>>) -> SocketAddr {
    let bytes: Arc<Vec<u8>> = Arc::new(bytes.into());
    raw(move |mut stream, _| {
        let bytes = Arc::clone(&bytes);
        async move {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
    })
    .await
}

async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut buffer = [0_u8; 4096];
    while !head.windows(4).any(|w| w == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(read) => head.extend_from_slice(&buffer[..read]),
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// A port nothing listens on, kept from others for as long as the test runs.
pub async fn closed_port() -> SocketAddr {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = socket.local_addr().unwrap();
    std::mem::forget(socket);
    address
}

/// Answers look-ups from a list, the first entry first; the last one again and again.
pub struct Scripted(Mutex<Vec<Result<Vec<IpAddr>, LookupError>>>);

impl Scripted {
    pub fn new(mut answers: Vec<Result<Vec<IpAddr>, LookupError>>) -> Arc<Self> {
        answers.reverse();
        Arc::new(Self(Mutex::new(answers)))
    }

    pub fn always(address: &str) -> Arc<Self> {
        Self::new(vec![Ok(vec![address.parse().unwrap()])])
    }
}

#[async_trait]
impl NameResolver for Scripted {
    async fn lookup(&self, _host: &str) -> Result<Vec<IpAddr>, LookupError> {
        let mut answers = self.0.lock().unwrap();
        if answers.len() > 1 { answers.pop().unwrap() } else { answers[0].clone() }
    }
}

pub fn client_with(resolver: Arc<Scripted>) -> GuardedClient {
    GuardedClient::builder().policy(loopback_policy()).resolver(resolver).build().unwrap()
}
