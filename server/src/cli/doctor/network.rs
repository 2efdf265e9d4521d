//! The port, and the certificates the system trusts.

use std::{io::ErrorKind, net::SocketAddr, time::Duration};

use engine::doctor::Finding;
use tokio::net::TcpListener;

use crate::config::Config;

pub(super) fn trust_roots() -> Finding {
    const ABOUT: &str = "trust roots";
    let roots = rustls_native_certs::load_native_certs();
    match (roots.certs.len(), roots.errors.first()) {
        (0, error) => Finding::problem(
            ABOUT,
            format!(
                "The system trusts no certificate authority{}: every probe over TLS will fail.",
                error.map(|error| format!(" ({error})")).unwrap_or_default()
            ),
            "install the package `ca-certificates`",
        ),
        (n, _) => Finding::ok(ABOUT, format!("The system trusts {n} certificate authorities.")),
    }
}

/// The port is free, or it is the portal that answers on it.
pub(super) async fn port(config: &Config) -> Finding {
    const ABOUT: &str = "port";
    let address = config.listen;
    let elsewhere = "choose another with --listen or DAYTWO_LISTEN";
    match TcpListener::bind(address).await {
        Ok(_) => Finding::ok(ABOUT, format!("{address} is free; no portal runs there.")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => match portal(address).await {
            Some(version) => Finding::ok(ABOUT, format!("Daytwo {version} answers at {address}.")),
            None => Finding::problem(
                ABOUT,
                format!("Something that is not Daytwo, or does not answer, holds {address}."),
                format!("stop it, or {elsewhere}"),
            ),
        },
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Finding::problem(
            ABOUT,
            format!("This user may not listen on {address}."),
            format!("{elsewhere}, above 1023, and put a proxy in front"),
        ),
        Err(error) => {
            Finding::problem(ABOUT, format!("{address} cannot be listened on: {error}."), elsewhere)
        }
    }
}

/// The version of the portal at `address`, where one answers.
async fn portal(mut address: SocketAddr) -> Option<String> {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            [127, 0, 0, 1].into()
        } else {
            [0u16, 0, 0, 0, 0, 0, 0, 1].into()
        });
    }
    let client =
        reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(3)).build().ok()?;
    let answer = client.get(format!("http://{address}/healthz")).send().await.ok()?;
    let health: serde_json::Value = answer.error_for_status().ok()?.json().await.ok()?;
    (health.get("status")? == "ok").then_some(())?;
    Some(health.get("version")?.as_str()?.to_owned())
}
