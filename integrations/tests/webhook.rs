//! What is called, what is not, and what each answer comes to.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use axum::{
    Router,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use integrations::{Outbound, Sent, Webhook};
use probes::{
    GuardPolicy, GuardedClient, Mode,
    guard::{LookupError, NameResolver},
};
use rstest::rstest;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Answers each look-up with the same addresses.
struct Always(Vec<IpAddr>);

#[async_trait]
impl NameResolver for Always {
    async fn lookup(&self, _host: &str) -> Result<Vec<IpAddr>, LookupError> {
        Ok(self.0.clone())
    }
}

fn policy() -> GuardPolicy {
    GuardPolicy::new(Mode::PrivateOk).allowing("127.0.0.0/8").unwrap()
}

fn outbound(policy: GuardPolicy) -> Outbound {
    Outbound::new(GuardedClient::builder().policy(policy).build().unwrap())
}

fn outbound_resolving(addresses: &[&str]) -> Outbound {
    let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
    let client = GuardedClient::builder().policy(policy()).resolver(Arc::new(Always(addresses)));
    Outbound::new(client.build().unwrap())
}

fn to(url: impl Into<String>) -> Webhook {
    Webhook { url: url.into(), key: "key-1".into(), body: "{\"delivery\":\"key-1\"}".into() }
}

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

/// Hands each connection, some of its request read, to `answer`.
async fn raw<F>(answer: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            drop(stream.read(&mut [0; 64 * 1024]).await);
            tokio::spawn(answer(stream));
        }
    });
    address
}

#[tokio::test]
async fn key_and_body_arrive() {
    let app = Router::new().route(
        "/hook",
        post(|headers: HeaderMap, body: String| async move {
            let right = headers["idempotency-key"] == "key-1"
                && headers["content-type"] == "application/json"
                && body == "{\"delivery\":\"key-1\"}";
            if right { StatusCode::ACCEPTED } else { StatusCode::BAD_REQUEST }
        }),
    );
    let address = serve(app).await;
    let sent = outbound(policy()).post(&to(format!("http://{address}/hook"))).await;
    assert_eq!(sent, Sent::Accepted { status: 202 });
    // By name, through the judged addresses: the forbidden one is not tried.
    let named = outbound_resolving(&["169.254.169.254", "127.0.0.1"]);
    let sent = named.post(&to(format!("http://hook.example:{}/hook", address.port()))).await;
    assert_eq!(sent, Sent::Accepted { status: 202 });
}

#[rstest]
#[case("http://169.254.169.254/latest/meta-data/")]
#[case("http://0xa9fea9fe/")]
#[case("http://[::ffff:a9fe:a9fe]/")]
#[case("http://0.0.0.0/")]
#[case("file:///etc/passwd")]
#[case("gopher://127.0.0.1/")]
#[case("no address")]
#[tokio::test]
async fn what_is_not_allowed_is_not_called(#[case] url: &str) {
    let sent = outbound(policy()).post(&to(url)).await;
    assert!(matches!(sent, Sent::Impossible(_)), "{sent:?}");
}

#[tokio::test]
async fn a_name_for_a_forbidden_address_is_not_called_and_not_told() {
    let sent = outbound_resolving(&["169.254.169.254"]).post(&to("http://innocent.example/")).await;
    let Sent::Impossible(why) = sent else { panic!("{sent:?}") };
    assert!(why.contains("innocent.example") && !why.contains("169.254"), "{why}");
}

#[tokio::test]
async fn our_own_listener_is_not_called() {
    let hits = Arc::new(AtomicUsize::new(0));
    let counted = hits.clone();
    let app = Router::new().fallback(async move || {
        counted.fetch_add(1, Ordering::SeqCst);
    });
    let address = serve(app).await;
    let own = policy().forbidding(SocketAddr::from(([0, 0, 0, 0], address.port())));
    let sent = outbound(own).post(&to(format!("http://{address}/"))).await;
    assert!(matches!(sent, Sent::Impossible(_)), "{sent:?}");
    assert_eq!(hits.load(Ordering::SeqCst), 0);
}

#[rstest]
#[case(302, "https://login.example.org/?next=secret", Some("https://login.example.org"))]
#[case(307, "/elsewhere", Some("http://127.0.0.1"))]
#[case(308, "http://169.254.169.254/", Some("http://169.254.169.254"))]
#[tokio::test]
async fn a_redirect_is_told_and_not_followed(
    #[case] status: u16,
    #[case] location: &'static str,
    #[case] target: Option<&str>,
) {
    let hits = Arc::new(AtomicUsize::new(0));
    let counted = hits.clone();
    let app = Router::new().fallback(async move || {
        counted.fetch_add(1, Ordering::SeqCst);
        (StatusCode::from_u16(status).unwrap(), [("location", location)])
    });
    let address = serve(app).await;
    let sent = outbound(policy()).post(&to(format!("http://{address}/"))).await;
    assert_eq!(sent, Sent::Redirected { status, target: target.map(str::to_owned) });
    assert_eq!(hits.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_error_is_an_answer() {
    let address = serve(Router::new().fallback(async || StatusCode::INTERNAL_SERVER_ERROR)).await;
    let sent = outbound(policy()).post(&to(format!("http://{address}/"))).await;
    assert_eq!(sent, Sent::Refused { status: 500 });
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = socket.local_addr().unwrap();
    let secret = format!("http://{address}/s3cr3t");
    let sent = outbound(policy()).post(&to(secret)).await;
    let Sent::NotSent(why) = sent else { panic!("{sent:?}") };
    assert!(!why.contains("s3cr3t"), "{why}");
}

#[tokio::test]
async fn a_connection_that_ends_without_an_answer_leaves_nobody_knowing() {
    let address = raw(|stream| async move { drop(stream) }).await;
    let sent = outbound(policy()).post(&to(format!("http://{address}/s3cr3t"))).await;
    let Sent::Lost(why) = sent else { panic!("{sent:?}") };
    assert!(!why.contains("s3cr3t"), "{why}");
}

#[tokio::test]
async fn an_endless_body_is_cut() {
    let address = raw(|mut stream| async move {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n").await);
        while stream.write_all(&[b'x'; 8192]).await.is_ok() {}
    })
    .await;
    let began = Instant::now();
    let sent = outbound(policy()).post(&to(format!("http://{address}/"))).await;
    assert_eq!(sent, Sent::Accepted { status: 200 });
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_body_that_trickles_does_not_hold_us() {
    let address = raw(|mut stream| async move {
        drop(stream.write_all(b"HTTP/1.1 500 Oh\r\ncontent-length: 10000\r\n\r\n").await);
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let began = Instant::now();
    let sent = outbound(policy()).post(&to(format!("http://{address}/"))).await;
    assert_eq!(sent, Sent::Refused { status: 500 });
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_not_asked() {
    // The client is told so when it is built; a name that only a proxy could resolve shows it.
    let sent = outbound_resolving(&["127.0.0.1"]).post(&to("http://hook.example:1/")).await;
    assert!(matches!(sent, Sent::NotSent(_)), "{sent:?}");
}
