//! A byte stream to an allowed address, for the kinds of check that do not speak HTTP/1.1.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use url::Url;

use super::authority::{authority_of, host_of};
use super::connect::{Progress, TcpConnection};
use super::error::{Reason, SendError, Stage};
use super::inner::Inner;
use super::response::Timing;
use super::tls::{describe_io, server_name};

/// What can be read and written.
pub(crate) trait AsyncStream:
    AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug
{
}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug> AsyncStream for T {}

/// An open stream.
pub(crate) struct Connection {
    pub(crate) stream: Box<dyn AsyncStream>,
    pub(crate) remote: SocketAddr,
    pub(crate) timing: Timing,
    pub(crate) certificate: Option<Bytes>,
}

impl Inner {
    /// Opens a stream to an address's host and port, encrypted where `tls` says so.
    pub(super) async fn connect(
        &self,
        url: &Url,
        tls: bool,
        alpn: &[&str],
        deadline: Instant,
        progress: &Progress,
    ) -> Result<Connection, Reason> {
        let TcpConnection { stream, remote, mut timing } =
            self.connect_tcp(url, deadline, progress).await?;
        if !tls {
            return Ok(Connection { stream: Box::new(stream), remote, timing, certificate: None });
        }
        progress.enter(Stage::Tls);
        let started = Instant::now();
        let (stream, certificate) = secure(self, url, stream, alpn).await?;
        timing.tls = started.elapsed();
        Ok(Connection { stream: Box::new(stream), remote, timing, certificate })
    }
}

/// Runs `work` within a time-out.
pub(super) async fn within<T>(
    url: &Url,
    timeout: Duration,
    work: impl AsyncFnOnce(Instant, &Progress) -> Result<T, Reason>,
) -> Result<(T, Duration), SendError> {
    let started = Instant::now();
    let deadline = started + timeout;
    let progress = Progress::new();
    let outcome = match timeout_at(deadline, work(deadline, &progress)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Reason::TimedOut {
            authority: authority_of(url),
            stage: progress.stage(),
            after: timeout,
        }),
    };
    let elapsed = started.elapsed();
    match outcome {
        Ok(done) => Ok((done, elapsed)),
        Err(reason) => Err(SendError { reason, elapsed, exchanges: Vec::new() }),
    }
}

/// A TLS handshake over an open connection, with the certificate shown.
pub(super) async fn secure(
    client: &Inner,
    url: &Url,
    stream: TcpStream,
    alpn: &[&str],
) -> Result<(tokio_rustls::client::TlsStream<TcpStream>, Option<Bytes>), Reason> {
    let mut config = client.trust.config()?;
    let protocols: Vec<_> = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    if config.alpn_protocols != protocols {
        Arc::make_mut(&mut config).alpn_protocols = protocols;
    }
    let stream = TlsConnector::from(config)
        .connect(server_name(url)?, stream)
        .await
        .map_err(|error| Reason::Tls(describe_io(&error, &host_of(url))))?;
    let leaf = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    let leaf = leaf.map(|certificate| Bytes::copy_from_slice(certificate));
    Ok((stream, leaf))
}
