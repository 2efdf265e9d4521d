//! Starts every part of the shop, says where they are, and stops them.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use axum::{Router, serve::Listener};
use serde_json::json;
use tokio::{net::TcpListener, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::Arguments,
    control,
    faults::{FaultError, Faults, Switches},
    gateway,
    heartbeat::Heartbeat,
    log,
    mail::{Catcher, api, inbox::Inbox, sender::Sender, smtp},
    metrics::Metrics,
    pages,
    payment::Payments,
    session::Secure,
    state::{Addresses, AppState, Parts},
    store::{Store, StoreError},
    tls::{self, TlsError},
    tls_listener::TlsListener,
    traffic::{self, TrafficError},
    worker,
};

/// Requests under way may take this long when the shop stops.
const GRACE: Duration = Duration::from_secs(5);

/// Why the shop could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory or the log could not be made.
    #[error("{path}: {source}")]
    DataDir {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An address could not be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The snapshot could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault of the command line does not exist.
    #[error("--fault: {0}")]
    Fault(#[from] FaultError),
    /// HTTPS could not be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The metrics could not be set up.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
    /// A client could not be built.
    #[error("HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    /// The visitor could not be started.
    #[error(transparent)]
    Traffic(#[from] TrafficError),
    /// Anything of the system.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Runs the shop until it is told to stop.
///
/// # Errors
/// If it cannot start.
pub async fn run(arguments: Arguments) -> Result<(), StartError> {
    let dir = arguments.data_dir.clone();
    let at_dir = |source| StartError::DataDir { path: dir.clone(), source };
    std::fs::create_dir_all(&dir).map_err(at_dir)?;
    log::start(&dir).map_err(at_dir)?;
    // Fails only where a provider is installed already, which then serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();

    let stop = CancellationToken::new();
    stop_on_signal(&stop)?;
    if arguments.exit_with_parent {
        stop_with_parent(stop.clone());
    }

    let http = listen(arguments.listen).await?;
    let control = listen(arguments.control_listen).await?;
    let mail = listen(arguments.mail_listen).await?;
    let smtp = listen(arguments.smtp_listen).await?;
    let gateway = listen(arguments.gateway_listen).await?;
    let https = match arguments.tls_listen {
        Some(address) => {
            let config = tls::configure(&dir, address, arguments.certificate_days)?;
            Some(TlsListener::new(listen(address).await?, config)?)
        }
        None => None,
    };
    let http_url = url("http", http.local_addr()?);
    let https_address = https.as_ref().map(Listener::local_addr).transpose()?;
    let https_url = https_address.map(|address| url("https", address));
    let mail_url = url("http", mail.local_addr()?);
    let gateway_url = url("http", gateway.local_addr()?);
    let own_url = match &https_url {
        Some(https_url) if arguments.redirect_to_https => https_url.clone(),
        _ => http_url.clone(),
    };
    let base_url =
        arguments.base_url.as_ref().map_or_else(|| own_url.clone(), |url| url.to_string());
    let ready = json!({
        "http": http_url,
        "https": https_url,
        "control": url("http", control.local_addr()?),
        "mail": mail_url,
        "smtp": smtp.local_addr()?.to_string(),
        "gateway": gateway_url,
        "ca": https_url.is_some().then(|| std::path::absolute(dir.join("ca.pem"))).transpose()?,
        "log": std::path::absolute(dir.join("shop.log"))?,
        "release": arguments.release,
        "pid": std::process::id(),
    });

    let faults = Arc::new(Faults::new(first_switches(&arguments)?));
    let client = reqwest::Client::builder().no_proxy().build()?;
    let state = AppState::new(Parts {
        store: Store::open(&dir, Arc::clone(&faults))?,
        faults: Arc::clone(&faults),
        metrics: Metrics::new()?,
        payments: Payments::new(client.clone(), &gateway_url),
        sender: Sender::new(smtp.local_addr()?),
        addresses: Addresses {
            base_url: base_url.trim_end_matches('/').to_owned(),
            mailbox_url: format!("{mail_url}/mailbox"),
        },
        stop: stop.clone(),
        release: arguments.release.clone(),
    });
    state.store.save()?;

    let catcher = Catcher { inbox: Arc::new(Inbox::default()), faults: Arc::clone(&faults) };
    let plain = match https_address {
        Some(address) if arguments.redirect_to_https => pages::redirecting(address.port()),
        _ => pages::router(state.clone(), Secure(false)),
    };
    let mut tasks = JoinSet::new();
    tasks.spawn(serve(http, plain, stop.clone()));
    if let Some(https) = https {
        let router = pages::router(state.clone(), Secure(true));
        tasks.spawn(serve(https, router, stop.clone()));
    }
    tasks.spawn(serve(control, control::router(state.clone()), stop.clone()));
    tasks.spawn(serve(mail, api::router(catcher.clone()), stop.clone()));
    tasks.spawn(serve(gateway, gateway::router(faults), stop.clone()));
    tasks.spawn(smtp::serve(smtp, catcher, stop.clone()));
    let heartbeat = Heartbeat::new(client, arguments.heartbeat_url.clone());
    let heartbeat_every = Duration::from_secs(arguments.heartbeat_every_s);
    tasks.spawn(worker::run(state.clone(), heartbeat, heartbeat_every));
    let saver = tokio::spawn({
        let state = state.clone();
        async move { state.store.keep_saved(&state.stop).await }
    });
    if arguments.traffic > 0 {
        let ca = own_url.starts_with("https:").then(|| std::fs::read(dir.join("ca.pem")));
        traffic::start(&state, own_url, arguments.traffic, ca.transpose()?.as_deref())?;
    }

    tracing::info!(release = arguments.release, %ready, "shop started");
    announce(&ready)?;
    stop.cancelled().await;
    tracing::info!("shop stops");
    let all = async { while tasks.join_next().await.is_some() {} };
    if timeout(GRACE, all).await.is_err() {
        tracing::warn!("some requests were cut off");
    }
    let _ = saver.await;
    // Whatever the last requests changed after the saver's last look.
    state.store.save()?;
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })
}

/// Where to reach a listener; one that listens everywhere is named by loopback.
fn url(scheme: &str, mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("{scheme}://{address}")
}

async fn serve<L>(listener: L, router: Router, stop: CancellationToken)
where
    L: Listener,
    L::Addr: std::fmt::Debug,
{
    let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
    if let Err(error) = served.await {
        tracing::error!(%error, "listener stopped");
    }
}

fn first_switches(arguments: &Arguments) -> Result<Switches, FaultError> {
    let mut all = arguments.faults.iter();
    all.try_fold(Switches::default(), |switches, fault| switches.with(&fault.0))
}

fn announce(ready: &serde_json::Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{ready}")?;
    out.flush()
}

fn stop_on_signal(stop: &CancellationToken) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stop.cancel();
    });
    Ok(())
}

/// Reads standard input to its end on a thread of its own: the runtime could not give up a
/// blocking read when the shop stops for another reason.
fn stop_with_parent(stop: CancellationToken) {
    std::thread::spawn(move || {
        let mut buffer = [0_u8; 256];
        let mut input = io::stdin().lock();
        loop {
            match input.read(&mut buffer) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        stop.cancel();
    });
}
