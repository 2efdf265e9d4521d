//! `daytwo serve`

use std::{net::SocketAddr, process::ExitCode};

use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Common, say};
use crate::{
    config::Config,
    http::{self, Site},
    instance_lock::Alone,
    lifecycle,
    startup::{self, StartError},
};

/// Where to listen.
#[derive(Debug, Args)]
pub struct Serve {
    /// Where to listen [env: DAYTWO_LISTEN] [default: 127.0.0.1:3000]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

impl Serve {
    pub(super) async fn run(&self, common: &Common) -> Result<ExitCode, StartError> {
        let config = common.config_listening(self.listen)?;
        let _alone = Alone::with(&config)?;
        let (listener, config) = listen(config).await?;
        let engine = startup::engine(&config).await?;
        let connections = http::connections(&config)?;
        let router = http::router(engine.clone(), &config, &connections, &Site::beside_binary())?;
        announce(&config)?;
        lifecycle::serve(listener, router, connections, engine, CancellationToken::new()).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Listens; with port 0 the configuration learns which one it became.
pub(super) async fn listen(mut config: Config) -> Result<(TcpListener, Config), StartError> {
    let address = config.listen;
    let failed = |error| StartError::Listen { address, error };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    config.listen = listener.local_addr().map_err(failed)?;
    Ok((listener, config))
}

/// Says where the portal is, once it can be reached there.
pub(super) fn announce(config: &Config) -> Result<(), StartError> {
    let url = config.base_url()?;
    say(format!("Daytwo is at {url}"));
    tracing::info!(listen = %config.listen, data_dir = %config.data_dir.display(), url, "ready");
    Ok(())
}
