//! The proxy a journey's browser goes through. Chromium resolves names for itself; here each
//! connection it asks for is looked up again and opened by the guard.
//!
//! Where roots of the installation's own are trusted, which Chromium cannot be told of, the proxy
//! also judges the certificate, on a connection of its own before it opens the browser's.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use url::Url;

use crate::client::{GuardedClient, Progress, Reason};

/// The longest head of a request, in bytes.
const HEAD_MAX: usize = 64 * 1024;
/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(20);

/// A running proxy; it ends with its owner.
pub(super) struct Proxy {
    address: SocketAddr,
    noted: Arc<Noted>,
    task: JoinHandle<()>,
}

/// What a journey should know of.
#[derive(Default)]
struct Noted {
    refused: Mutex<Option<String>>,
    untrusted: Mutex<Option<String>>,
    trusted: Mutex<HashSet<String>>,
}

impl Noted {
    fn first(what: &Mutex<Option<String>>, said: String) {
        what.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(said);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    pub(super) async fn start(client: GuardedClient) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let noted: Arc<Noted> = Arc::default();
        let told = noted.clone();
        let task = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (client, told) = (client.clone(), told.clone());
                open.spawn(async move { serve(client, stream, &told).await });
                // What has ended need not be kept.
                while open.try_join_next().is_some() {}
            }
        });
        Ok(Self { address, noted, task })
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was refused, where something was.
    pub(super) fn refused(&self) -> Option<String> {
        self.noted.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is wrong with a certificate, where something is.
    pub(super) fn untrusted(&self) -> Option<String> {
        self.noted.untrusted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Judges the certificate of an address once in a journey.
async fn judge(client: &GuardedClient, url: &Url, noted: &Noted) -> Result<(), Reason> {
    let place = url.authority().to_owned();
    if noted.trusted.lock().unwrap_or_else(PoisonError::into_inner).contains(&place) {
        return Ok(());
    }
    let progress = Progress::new();
    let deadline = Instant::now() + CONNECT;
    client.connect(url, true, &["http/1.1"], deadline, &progress).await?;
    noted.trusted.lock().unwrap_or_else(PoisonError::into_inner).insert(place);
    Ok(())
}

async fn serve(client: GuardedClient, mut near: TcpStream, noted: &Noted) {
    let Some((head, rest)) = head(&mut near).await else { return };
    let Some(wanted) = Wanted::read(&head) else {
        let _ = near.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").await;
        return;
    };
    let progress = Progress::new();
    let deadline = Instant::now() + CONNECT;
    let judges = wanted.forward.is_none() && client.has_own_roots();
    let opening = async {
        if judges {
            judge(&client, &wanted.url, noted).await?;
        }
        client.connect_tcp(&wanted.url, deadline, &progress).await
    };
    let opened = timeout(CONNECT, opening).await;
    let mut far = match opened {
        Ok(Ok(opened)) => opened.stream,
        Ok(Err(reason)) => {
            match reason {
                Reason::Refused { .. } => Noted::first(&noted.refused, reason.to_string()),
                Reason::Tls(_) => Noted::first(&noted.untrusted, reason.to_string()),
                _ => {}
            }
            let _ = near.write_all(no(&reason).as_bytes()).await;
            return;
        }
        Err(_) => {
            let _ =
                near.write_all(b"HTTP/1.1 504 Gateway Timeout\r\nConnection: close\r\n\r\n").await;
            return;
        }
    };
    let first = match &wanted.forward {
        None => near.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await,
        Some(request) => far.write_all(request.as_bytes()).await,
    };
    if first.is_ok() && far.write_all(&rest).await.is_ok() {
        // Ends with either side; how it ends is the page's business.
        let _ = copy_bidirectional(&mut near, &mut far).await;
    }
}

fn no(reason: &Reason) -> String {
    let status = match reason {
        Reason::Refused { .. } => "403 Forbidden",
        _ => "502 Bad Gateway",
    };
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
}

/// The head of a request, and what came with it.
async fn head(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut read = Vec::new();
    let mut part = [0u8; 8_192];
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = read.split_off(end + 4);
            return Some((String::from_utf8_lossy(&read).into_owned(), rest));
        }
        if read.len() > HEAD_MAX {
            return None;
        }
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => read.extend_from_slice(&part[..n]),
        }
    }
}

/// What a request asks of the proxy.
struct Wanted {
    /// Where to.
    url: Url,
    /// The request as the server is to get it; `None` for a tunnel.
    forward: Option<String>,
}

impl Wanted {
    fn read(head: &str) -> Option<Self> {
        let (line, headers) = head.split_once("\r\n")?;
        let mut words = line.split(' ');
        let (method, target) = (words.next()?, words.next()?);
        if method == "CONNECT" {
            return Some(Self {
                url: Url::parse(&format!("https://{target}")).ok()?,
                forward: None,
            });
        }
        let url = Url::parse(target).ok().filter(|url| url.scheme() == "http")?;
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let mut request = format!("{method} {path} HTTP/1.1\r\n");
        for header in headers.split("\r\n").filter(|header| !header.is_empty()) {
            let name = header.split(':').next().unwrap_or_default();
            // One request a connection: the next may be for another host.
            let ours = ["connection", "proxy-connection", "proxy-authorization", "keep-alive"];
            if !ours.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
                request.push_str(header);
                request.push_str("\r\n");
            }
        }
        request.push_str("Connection: close\r\n\r\n");
        Some(Self { url, forward: Some(request) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_go_on_without_what_is_the_proxys() {
        let head = "GET http://shop.example.org:4010/a?b=1 HTTP/1.1\r\nHost: shop.example.org:4010\r\nProxy-Connection: keep-alive\r\nAccept: */*\r\n\r\n";
        let wanted = Wanted::read(head).unwrap();
        assert_eq!(wanted.url.as_str(), "http://shop.example.org:4010/a?b=1");
        assert_eq!(
            wanted.forward.as_deref(),
            Some(
                "GET /a?b=1 HTTP/1.1\r\nHost: shop.example.org:4010\r\nAccept: */*\r\nConnection: close\r\n\r\n"
            )
        );
        let tunnel = Wanted::read("CONNECT shop.example.org:443 HTTP/1.1\r\n\r\n").unwrap();
        assert_eq!(tunnel.url.port_or_known_default(), Some(443));
        assert!(tunnel.forward.is_none());
        assert!(Wanted::read("GET /etc/passwd HTTP/1.1\r\n\r\n").is_none());
        assert!(Wanted::read("GET file:///etc/passwd HTTP/1.1\r\n\r\n").is_none());
    }
}
