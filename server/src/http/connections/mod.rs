//! Connections: how many there may be, how long one may be silent, and which goes where there are
//! too many. A stranger who opens many and says nothing must not keep the next visitor out.

mod bounds;
mod places;
mod slow_body;

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, response::Response};
use http::Request;
use http_body_util::BodyExt as _;
use hyper::{
    body::{Body as _, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use super::client_ip::{Proxies, one_client};
use bounds::{BODY_IDLE, BODY_WHOLE, HEAD, WRITE};
pub use bounds::{Bounds, raise_open_files};
use places::{Busy, Place, Receiving};
pub use places::{Counts, Places};
use slow_body::{SlowBody, WithGuard};

/// How long accepting rests where the system gives no connection, for want of descriptors.
const REST: Duration = Duration::from_millis(50);

/// The portal's connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Connections {
    places: Arc<Places>,
    proxies: Arc<Proxies>,
}

impl Connections {
    /// No connection yet; what comes through these proxies is many people's.
    #[must_use]
    pub fn new(bounds: Bounds, proxies: Proxies) -> Self {
        Self { places: Arc::new(Places::new(bounds)), proxies: Arc::new(proxies) }
    }

    /// Who is connected.
    #[must_use]
    pub fn places(&self) -> &Arc<Places> {
        &self.places
    }

    /// Serves until `stop`; then what is being answered may finish.
    ///
    /// # Errors
    /// Where the listener fails for good.
    pub async fn serve(
        self,
        listener: TcpListener,
        router: Router,
        stop: CancellationToken,
    ) -> io::Result<()> {
        let open = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stop.cancelled() => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                // The other side went away before we came to it.
                Err(error) if is_of_one(&error) => continue,
                Err(error) => {
                    tracing::error!(%error, "no connection can be accepted");
                    self.places.close_oldest_idle();
                    tokio::time::sleep(REST).await;
                    continue;
                }
            };
            let address = peer.ip().to_canonical();
            let is_proxy = self.proxies.trusts(address);
            let Some(place) = self.places.admit(one_client(address), is_proxy) else {
                continue;
            };
            open.spawn(one(stream, peer, place, router.clone(), stop.clone()));
        }
        drop(listener);
        open.close();
        open.wait().await;
        Ok(())
    }
}

fn is_of_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
}

/// Serves one connection to its end.
async fn one(
    stream: TcpStream,
    peer: SocketAddr,
    place: Place,
    router: Router,
    stop: CancellationToken,
) {
    drop(stream.set_nodelay(true));
    let mut stream = TimeoutStream::new(stream);
    // A reader that takes nothing holds what is written for it; one that is told nothing waits.
    stream.set_write_timeout(Some(WRITE));
    let place = Arc::new(place);
    let closed = place.closed();
    let service = service_fn(move |request: Request<Incoming>| {
        let busy = place.busy();
        let receiving = (!request.body().is_end_stream()).then(|| place.receiving());
        answer(router.clone(), peer, request, (busy, receiving))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let mut stopping = false;
    loop {
        tokio::select! {
            _ended = connection.as_mut() => return,
            () = closed.cancelled() => return,
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    request: Request<Incoming>,
    (busy, receiving): (Busy, Option<Receiving>),
) -> Result<Response, Infallible> {
    let mut request = request.map(|body| {
        Body::new(WithGuard::new(SlowBody::new(body, BODY_IDLE, BODY_WHOLE), receiving))
    });
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.oneshot(request).await?;
    // It is busy until the last of its answer is written.
    Ok(response.map(|body| Body::new(WithGuard::new(body.boxed_unsync(), busy))))
}
