//! The kinds that look at what a service depends on, each against the real thing.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod support;

use std::str::FromStr as _;
use std::time::Duration;

use domain::check::ProbeSpec;
use domain::measurement::{Measurement, Phase};
use rstest::rstest;
use support::servers::{dnsmasq, free_port, mariadb, redis};
use support::{probe, probe_with};
use tokio::io::AsyncWriteExt as _;

fn says(seen: &Measurement, phase: Phase, words: &str) {
    assert_eq!(seen.phase, phase, "{}", seen.sentence);
    assert!(seen.sentence.contains(words), "{words:?} is not in {:?}", seen.sentence);
}

fn tcp(url: String, send: Option<&str>, expect: Option<&str>) -> ProbeSpec {
    ProbeSpec::Tcp { url, send: send.map(Into::into), expect: expect.map(Into::into) }
}

#[tokio::test]
async fn a_port() {
    let greeting = support::raw(|mut stream, _| async move {
        let _ = stream.write_all(b"220 mail.example.org ESMTP\r\n").await;
    })
    .await;
    let url = format!("tcp://{greeting}");
    let hello = Some("GET / HTTP/1.0\r\n\r\n");
    let seen =
        probe(tcp(url.clone(), hello, Some("ESMTP")), &["connected", "connect_ms < 5000.0"]).await;
    says(&seen, Phase::Successful, "answered in");
    assert!(seen.value.is_some_and(|took| took > 0.0));
    let seen = probe(tcp(url.clone(), hello, Some("POP3")), &[]).await;
    says(&seen, Phase::Failed, "expected \"POP3\", but \"220 mail.example.org ESMTP\" came");
    let seen = probe(tcp(url, None, None), &["connect_ms < 0.0"]).await;
    says(&seen, Phase::Failed, "condition connect_ms < 0.0");
    let closed = support::closed_port().await;
    says(&probe(tcp(format!("tcp://{closed}"), None, None), &[]).await, Phase::Failed, "refused");
    says(&probe(tcp("tcp://127.0.0.1".into(), None, None), &[]).await, Phase::Error, "no port");
    let metadata = tcp("tcp://169.254.169.254:80".into(), None, None);
    assert_eq!(probe(metadata, &[]).await.phase, Phase::Error);
}

#[tokio::test]
async fn a_host_that_refuses_is_there() {
    let closed = support::closed_port().await;
    let seen = probe(ProbeSpec::Reachable { url: format!("tcp://{closed}") }, &[]).await;
    says(&seen, Phase::Successful, "refused the connection, so it is there");
    let nobody = ProbeSpec::Reachable { url: "tcp://nobody.invalid".into() };
    assert_ne!(probe(nobody, &[]).await.phase, Phase::Successful);
}

#[tokio::test]
async fn a_redis() {
    let mut server = redis("s3cret");
    let url = format!("redis://{}", server.address);
    let spec = |password: Option<&str>| ProbeSpec::Redis {
        url: url.clone(),
        password: password.map(Into::into),
    };
    let seen =
        probe(spec(Some("s3cret")), &["response_time_ms < 5000.0", "body == \"PONG\""]).await;
    says(&seen, Phase::Successful, "answered PONG");
    assert!(!format!("{seen:?}").contains("s3cret"), "no secret in the evidence");
    says(&probe(spec(None), &[]).await, Phase::Failed, "NOAUTH");
    let wrong = probe(spec(Some("wrong")), &[]).await;
    says(&wrong, Phase::Failed, "said no: WRONGPASS");
    server.freeze();
    let seen =
        probe_with(support::client(), spec(Some("s3cret")), &[], Duration::from_secs(1)).await;
    says(&seen, Phase::Failed, "did not answer within 1 s");
    server.kill();
    says(&probe(spec(Some("s3cret")), &[]).await, Phase::Failed, "refused the connection");
    let http = support::raw_bytes("HTTP/1.0 400 Bad Request\r\n\r\n").await;
    let other = ProbeSpec::Redis { url: format!("redis://{http}"), password: None };
    says(
        &probe_with(support::client(), other, &[], Duration::from_secs(2)).await,
        Phase::Failed,
        "",
    );
}

#[tokio::test]
async fn a_mariadb() {
    let mut server = mariadb("s3cret");
    let spec = |password: &str| ProbeSpec::Mysql {
        url: format!("mysql://watch@{}", server.address),
        password: Some(password.into()),
    };
    let seen = probe(spec("s3cret"), &["body.contains(\"MariaDB\")"]).await;
    says(&seen, Phase::Successful, "answered in");
    assert!(!format!("{seen:?}").contains("s3cret"), "no secret in the evidence");
    says(&probe(spec("wrong"), &[]).await, Phase::Failed, "Access denied");
    let spec = spec("s3cret");
    server.kill();
    says(&probe(spec, &[]).await, Phase::Failed, "refused the connection");
}

#[expect(clippy::disallowed_methods, reason = "where to test is said by the environment alone")]
fn postgres_url() -> Option<String> {
    std::env::var("DAYTWO_TEST_POSTGRES_URL").ok()
}

/// The tests' PostgreSQL listens on a Unix socket; this makes a port of it.
async fn as_port(socket: String) -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let mut far = tokio::net::UnixStream::connect(&socket).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
        }
    });
    address
}

#[tokio::test]
async fn a_postgresql() {
    let Some(url) = postgres_url() else { return };
    let known = sqlx::postgres::PgConnectOptions::from_str(&url).unwrap();
    let folder = known.get_socket().unwrap().display().to_string();
    let address = as_port(format!("{folder}/.s.PGSQL.5432")).await;
    let spec = |user: &str| ProbeSpec::Postgres {
        url: format!("postgres://{user}@{address}/daytwo_test"),
        password: None,
    };
    let seen = probe(spec("daytwo"), &["body.startsWith(\"PostgreSQL\")"]).await;
    says(&seen, Phase::Successful, "answered in");
    says(&probe(spec("nobody"), &[]).await, Phase::Failed, "does not exist");
    let closed = support::closed_port().await;
    let gone = ProbeSpec::Postgres { url: format!("postgres://{closed}/x"), password: None };
    says(&probe(gone, &[]).await, Phase::Failed, "refused the connection");
}

#[tokio::test]
async fn a_name() {
    let server = dnsmasq(&[
        "--host-record=shop.example.org,192.0.2.7",
        "--mx-host=example.org,mail.example.org,10",
        "--txt-record=example.org,v=spf1 -all",
    ]);
    let ask = async |question: &str, conditions: &[&str]| {
        let url = format!("dns://{}/{question}", server.address);
        probe(ProbeSpec::Dns { url }, conditions).await
    };
    let seen = ask("shop.example.org", &["\"192.0.2.7\" in records"]).await;
    says(&seen, Phase::Successful, "A shop.example.org is 192.0.2.7");
    let seen = ask("shop.example.org", &["records == [\"192.0.2.8\"]"]).await;
    says(&seen, Phase::Failed, "was 192.0.2.7");
    says(&ask("example.org?type=MX", &[]).await, Phase::Successful, "10 mail.example.org");
    says(&ask("example.org?type=TXT", &[]).await, Phase::Successful, "v=spf1 -all");
    says(&ask("nothing.example.org", &[]).await, Phase::Failed, "there is no A nothing");
    says(&ask("shop.example.org?type=AAAA", &[]).await, Phase::Failed, "there is no AAAA");
    let nobody = ProbeSpec::Dns { url: format!("dns://{}/a.example.org", free_port()) };
    let seen = probe_with(support::client(), nobody, &[], Duration::from_secs(2)).await;
    says(&seen, Phase::Failed, "could not be looked up");
    let metadata = ProbeSpec::Dns { url: "dns://169.254.169.254/a.example.org".into() };
    assert_eq!(probe(metadata, &[]).await.phase, Phase::Error);
}

#[tokio::test]
async fn a_websocket() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        use futures::{SinkExt as _, StreamExt as _};
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
                while let Some(Ok(message)) = socket.next().await {
                    if message.is_text() {
                        let echo = format!("echo {}", message.to_text().unwrap());
                        let _ = socket.send(echo.into()).await;
                    }
                }
            });
        }
    });
    let spec = |expect: Option<&str>| ProbeSpec::Websocket {
        url: format!("ws://{address}/events?token=geheim"),
        headers: [("authorization".to_owned(), "Bearer geheim".to_owned())].into(),
        send: Some("hello".into()),
        expect: expect.map(Into::into),
    };
    let seen = probe(spec(Some("echo hello")), &["body == \"echo hello\""]).await;
    says(&seen, Phase::Successful, "opened and answered");
    assert!(!format!("{seen:?}").contains("geheim"), "no secret in the evidence");
    let seen =
        probe_with(support::client(), spec(Some("welcome")), &[], Duration::from_secs(1)).await;
    says(&seen, Phase::Failed, "did not finish its answer within 1 s");
    let page = support::serve(axum::Router::new().fallback(|| async { "Welcome" })).await;
    let other = ProbeSpec::Websocket {
        url: format!("ws://{page}/"),
        headers: Default::default(),
        send: None,
        expect: None,
    };
    says(&probe(other, &[]).await, Phase::Failed, "200 OK instead of opening a WebSocket");
}

#[tokio::test]
async fn a_grpc_server() {
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter.set_service_status("shop.Pay", tonic_health::ServingStatus::NotServing).await;
    let address = free_port();
    tokio::spawn(tonic::transport::Server::builder().add_service(health).serve(address));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let spec = |service: Option<&str>| ProbeSpec::Grpc {
        url: format!("grpc://{address}"),
        grpc_service: service.map(Into::into),
    };
    says(&probe(spec(None), &["body == \"SERVING\""]).await, Phase::Successful, "says SERVING");
    says(&probe(spec(Some("shop.Pay")), &[]).await, Phase::Failed, "NOT_SERVING of shop.Pay");
    says(&probe(spec(Some("shop.Unknown")), &[]).await, Phase::Failed, "NotFound");
    let page = support::serve(axum::Router::new()).await;
    let other = ProbeSpec::Grpc { url: format!("grpc://{page}"), grpc_service: None };
    assert_eq!(probe(other, &[]).await.phase, Phase::Failed);
}

#[rstest]
#[case(ProbeSpec::Redis { url: "http://127.0.0.1".into(), password: None })]
#[case(ProbeSpec::Postgres { url: "file:///etc/passwd".into(), password: None })]
#[case(ProbeSpec::Grpc { url: "no address".into(), grpc_service: None })]
#[case(ProbeSpec::Dns { url: "dns:".into() })]
#[tokio::test]
async fn an_address_of_another_kind_is_our_own_trouble(#[case] spec: ProbeSpec) {
    assert_eq!(probe(spec, &[]).await.phase, Phase::Error);
}
