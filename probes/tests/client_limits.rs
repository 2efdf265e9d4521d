//! Servers that misbehave cost no more than the limits say.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod support;

use std::io::Write as _;
use std::time::Duration;

use probes::client::{BodyProblem, Reason, Stage, TlsError};
use probes::{Blame, Request, Response, SendError};
use support::{client, closed_port, raw, raw_bytes};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

async fn get(address: std::net::SocketAddr, timeout_ms: u64) -> Result<Response, SendError> {
    let request = Request::get(&format!("http://{address}/")).unwrap();
    client().send(request.timeout(Duration::from_millis(timeout_ms))).await
}

async fn hold(stream: TcpStream) {
    std::future::pending::<()>().await;
    drop(stream);
}

#[tokio::test]
async fn never_answering() {
    let address = raw(|stream, _| hold(stream)).await;
    let error = get(address, 300).await.unwrap_err();
    assert!(matches!(error.reason, Reason::TimedOut { stage: Stage::FirstByte, .. }), "{error:?}");
    assert_eq!(error.blame(), Blame::Service);
    assert_eq!(error.to_string(), format!("{address} did not answer within 300 ms"));
    assert_eq!(error.exchanges[0].remote_addr.as_deref(), Some(address.to_string().as_str()));
}

#[tokio::test]
async fn answering_forever_is_cut_at_the_limit() {
    let address = raw(|mut stream, _| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(&[b'x'; 8192]).await.is_ok() {}
    })
    .await;
    let answer = get(address, 20_000).await.unwrap();
    assert!(answer.truncated);
    assert_eq!(answer.body.len(), 256 * 1024);
}

#[tokio::test]
async fn trickling_forever_is_cut_by_time() {
    let address = raw(|mut stream, _| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let error = get(address, 400).await.unwrap_err();
    assert!(matches!(error.reason, Reason::TimedOut { stage: Stage::Body, .. }), "{error:?}");
}

fn packed(head: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("HTTP/1.1 200 OK\r\n{head}\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

#[tokio::test]
async fn a_gzip_bomb_is_cut_while_unpacking() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0_u8; 1024 * 1024];
    for _ in 0..64 {
        encoder.write_all(&zeros).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 128 * 1024, "the bomb itself must fit under the limit");
    let address = raw_bytes(packed("content-encoding: gzip", &bomb)).await;
    let answer = get(address, 20_000).await.unwrap();
    assert!(answer.truncated);
    assert_eq!(answer.body.len(), 256 * 1024);
}

#[tokio::test]
async fn packed_answers_are_unpacked() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"hello").unwrap();
    let gzip = encoder.finish().unwrap();
    let answer =
        get(raw_bytes(packed("content-encoding: gzip", &gzip)).await, 20_000).await.unwrap();
    assert_eq!((answer.text().as_ref(), answer.truncated), ("hello", false));
    // "hello" as a stored brotli stream.
    let brotli = [0x0b, 0x02, 0x80, b'h', b'e', b'l', b'l', b'o', 0x03];
    let answer =
        get(raw_bytes(packed("content-encoding: br", &brotli)).await, 20_000).await.unwrap();
    assert_eq!(answer.text(), "hello");
}

#[tokio::test]
async fn a_body_that_is_not_what_it_claims_is_said_to_be() {
    let answer =
        get(raw_bytes(packed("content-encoding: gzip", b"plain")).await, 20_000).await.unwrap();
    assert!(matches!(answer.body_problem, Some(BodyProblem::Broken(_))));
    let answer =
        get(raw_bytes(packed("content-encoding: zstd", b"plain")).await, 20_000).await.unwrap();
    assert!(matches!(answer.body_problem, Some(BodyProblem::Unknown(why)) if why.contains("zstd")));
}

#[tokio::test]
async fn huge_headers_are_not_read() {
    let mut bytes = b"HTTP/1.1 200 OK\r\nx-big: ".to_vec();
    bytes.extend(std::iter::repeat_n(b'x', 1024 * 1024));
    let error = get(raw_bytes(bytes).await, 20_000).await.unwrap_err();
    assert!(matches!(error.reason, Reason::HeadTooLarge(_)), "{error:?}");
}

#[tokio::test]
async fn garbage_is_not_http() {
    let error = get(raw_bytes("SSH-2.0-OpenSSH_9.2\r\n\r\n").await, 20_000).await.unwrap_err();
    assert!(matches!(error.reason, Reason::NotHttp { .. }), "{error:?}");
    assert_eq!(error.blame(), Blame::Service);
}

#[tokio::test]
async fn closing_early_is_said_to_be() {
    for bytes in ["", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"] {
        let error = get(raw_bytes(bytes).await, 20_000).await.unwrap_err();
        assert!(matches!(error.reason, Reason::Closed(_)), "{bytes:?}: {error:?}");
        assert_eq!(error.blame(), Blame::Service);
    }
}

#[tokio::test]
async fn a_closed_port_refuses() {
    let error = get(closed_port().await, 20_000).await.unwrap_err();
    assert!(matches!(error.reason, Reason::ConnectionRefused(_)), "{error:?}");
    assert_eq!(error.blame(), Blame::Service);
}

#[tokio::test]
async fn speaking_tls_to_a_plain_port_is_said_to_be() {
    let address = support::serve(axum::Router::new()).await;
    let request = Request::get(&format!("https://{address}/")).unwrap();
    let error = client().send(request.timeout(Duration::from_secs(20))).await.unwrap_err();
    assert!(matches!(error.reason, Reason::Tls(TlsError::NotTls)), "{error:?}");
}
