//! `daytwo healthcheck`: for containers, which have no curl.

use std::{net::SocketAddr, process::ExitCode, time::Duration};

use clap::Args;

use super::{Common, say};
use crate::startup::StartError;

/// Which portal to ask.
#[derive(Debug, Args)]
pub struct Healthcheck {
    /// Where it listens [env: DAYTWO_LISTEN] [default: 127.0.0.1:3000]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

impl Healthcheck {
    pub(super) async fn run(&self, common: &Common) -> Result<ExitCode, StartError> {
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut address = common.config_listening(self.listen)?.listen;
        if address.ip().is_unspecified() {
            address.set_ip(if address.is_ipv4() {
                [127, 0, 0, 1].into()
            } else {
                [0u16, 0, 0, 0, 0, 0, 0, 1].into()
            });
        }
        let failed = |error: reqwest::Error| {
            StartError::Other(format!("the portal at {address} does not answer: {error}"))
        };
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(5))
            .build()
            .map_err(failed)?;
        let answer = client.get(format!("http://{address}/readyz")).send().await.map_err(failed)?;
        say(format!("{} answered {}", address, answer.status().as_u16()));
        Ok(if answer.status().is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
