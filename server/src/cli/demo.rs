//! `daytwo demo`: the portal with the demo's shop and a year of made-up history. Nothing of it
//! leaves loopback.

mod demo_history;
mod folder;
mod shop;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::Args;
use demo::{Cast, PASSWORD};
use tokio_util::sync::CancellationToken;

use self::{folder::Folder, shop::Shop};
use super::{Common, say, serve};
use crate::{
    config::{Config, ProbeConfig},
    http::{self, Site},
    instance_lock::Alone,
    lifecycle,
    startup::{self, StartError},
};

/// Where the demo keeps its files unless it is told otherwise.
const USUAL_FOLDER: &str = "./demo-data";

/// How the demo starts.
#[derive(Debug, Args)]
pub struct Demo {
    /// Where the portal listens; a loopback address [default: 127.0.0.1:3000]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Start over: delete what an earlier demo left in its directory
    #[arg(long)]
    fresh: bool,
    /// Take free ports for the shop instead of 4010 to 4013, 4025 and 4443
    #[arg(long)]
    free_ports: bool,
}

impl Demo {
    pub(super) async fn run(&self, common: &Common) -> Result<ExitCode, StartError> {
        let folder = Folder::claim(common.data_dir.as_deref(), self.fresh)?;
        let config = self.config(common, &folder)?;
        let _alone = Alone::with(&config)?;
        let (listener, config) = serve::listen(config).await?;
        say("Starting the shop …");
        let shop = Shop::start(&folder.shop(), self.free_ports).await?;
        let config = Config { probe: reach(&shop), ..config };
        if !folder.is_told() {
            say("Telling a year of history …");
            demo_history::tell(&config, &shop.addresses()).await?;
            folder.mark_told()?;
        }
        let engine = startup::engine(&config).await?;
        demo_history::update_addresses(&engine, &shop.addresses()).await?;
        let token = demo_history::token(&engine).await?;
        let connections = http::connections(&config)?;
        let router = http::router(engine.clone(), &config, &connections, &Site::beside_binary())?;
        welcome(&config, &folder, &shop, &token)?;

        let stop = CancellationToken::new();
        let minding = tokio::spawn(shop.mind(stop.clone()));
        let served = lifecycle::serve(listener, router, connections, engine, stop.clone()).await;
        stop.cancel();
        // The shop goes before the portal does.
        drop(minding.await);
        served?;
        Ok(ExitCode::SUCCESS)
    }

    /// The demo's configuration: only its own directory and database, whatever the environment
    /// says of the real ones.
    fn config(&self, common: &Common, folder: &Folder) -> Result<Config, StartError> {
        if common.database_url.is_some() {
            return Err(StartError::Other(
                "the demo keeps a database of its own in its directory; leave --database-url out"
                    .into(),
            ));
        }
        let mut config = Config {
            data_dir: folder.path().to_owned(),
            label: Some("Demo".into()),
            ..Config::default()
        };
        if let Some(listen) = self.listen {
            config.listen = listen;
        }
        if !config.listen.ip().is_loopback() {
            return Err(StartError::Other(format!(
                "the demo's passwords are known to everyone, so it listens on loopback only; {} \
                 is not",
                config.listen
            )));
        }
        Ok(config)
    }
}

/// What probes and hooks may reach: the shop's address and nothing else. The portal's own
/// listener stays forbidden in any case.
fn reach(shop: &Shop) -> ProbeConfig {
    ProbeConfig {
        mode: Some("allow-list".into()),
        allow: "127.0.0.1/32".into(),
        roots: Some(PathBuf::from(&shop.ready().ca)),
    }
}

/// Says all there is to know to look at the demo.
fn welcome(config: &Config, folder: &Folder, shop: &Shop, token: &str) -> Result<(), StartError> {
    let url = config.base_url()?;
    let ready = shop.ready();
    say("");
    say(format!("Daytwo's demo is at {url}"));
    say("");
    say("People (all with the same password, for this demo only):");
    for cast in Cast::ALL {
        let team = cast.team().map_or(String::new(), |team| format!(", {team}"));
        say(format!("  {:<24} {:<16} {}{team}", cast.email(), cast.name(), cast.role().as_str()));
    }
    say(format!("  password: {PASSWORD}"));
    say("");
    say(format!("The shop:     {}", ready.https));
    say(format!("Its switches: {}/control   (plant a fault and watch)", ready.control));
    say(format!("Its mail:     {}/mailbox", ready.mail));
    say(format!("Kept in:      {}   (start over with --fresh)", folder.path().display()));
    say("");
    say(format!("A token for scripts: {token}"));
    say("Announce a new version:");
    say(format!(
        "  curl -fsS -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\\n    \
         -d '{{\"service\":\"shop\",\"environment\":\"production\",\"version\":\"1.4.1\"}}' \\\n    \
         {url}/api/v1/deployments"
    ));
    say("");
    Ok(())
}
