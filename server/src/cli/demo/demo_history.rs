//! The demo's history and what it needs at each start.

use chrono::Duration;
use demo::{Addresses, SEED};
use domain::{actor::Actor, roles::Scope};
use engine::{
    Engine,
    clock::{Clock as _, SystemClock},
    tokens::NewToken,
};
use store::{Pool, Store};

use crate::{config::Config, startup::StartError};

/// The name of the token that is printed.
const TOKEN: &str = "demo";

/// Tells the year before now into the new database.
pub(super) async fn tell(config: &Config, addresses: &Addresses) -> Result<(), StartError> {
    // The same provider of cryptography as `startup::engine`; whoever comes second finds it.
    drop(rustls::crypto::ring::default_provider().install_default());
    let store = Store::start(Pool::open(store::location(None, &config.data_dir)?).await?).await?;
    let replayed = demo::replay(store, addresses, SEED, SystemClock.now()).await.map_err(other)?;
    tracing::info!(
        deployments = replayed.deployments,
        events = replayed.events,
        "told the demo's year"
    );
    Ok(())
}

/// Points the service `shop` at where the shop answers today.
pub(super) async fn update_addresses(
    engine: &Engine,
    addresses: &Addresses,
) -> Result<(), StartError> {
    demo::update_addresses(engine, addresses).await.map_err(other)
}

/// Makes a new token for whoever looks at the demo; those of earlier starts stop working.
pub(super) async fn token(engine: &Engine) -> Result<String, StartError> {
    let actor = Actor::System("demo");
    for old in engine.tokens().list(&actor).await? {
        if old.name == TOKEN && old.revoked_at.is_none() {
            engine.tokens().revoke(&actor, old.id).await?;
        }
    }
    let new = NewToken {
        name: TOKEN.into(),
        scopes: vec![
            Scope::Read,
            Scope::DeploymentsWrite,
            Scope::ResultsWrite,
            Scope::MeasurementsWrite,
            Scope::LogsWrite,
            Scope::ConfigWrite,
        ],
        services: Vec::new(),
        expires_at: Some(engine.now() + Duration::days(30)),
    };
    Ok(engine.tokens().create(&actor, new).await?)
}

fn other(error: demo::DemoError) -> StartError {
    StartError::Other(error.to_string())
}
