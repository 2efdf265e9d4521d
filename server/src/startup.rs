//! Opening what a command needs: the database and the engine over it.

use std::{path::Path, sync::Arc};

use engine::{Engine, Options, clock::SystemClock};
use probes::{GuardedClient, Prober};
use store::{Pool, Store};
use thiserror::Error;

use crate::config::{Config, ConfigError};

/// Why the portal cannot start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data directory cannot be used.
    #[error("the data directory {path} cannot be used: {error}")]
    DataDir {
        /// The directory.
        path: std::path::PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Another process serves, migrates or restores this database.
    #[error(
        "{} has this database for itself ({}). Stop it first, or give this one another --data-dir; \
         several portals at once need PostgreSQL. Commands such as backup, doctor, token and user \
         work beside it.",
        holder(.process),
        .path.display()
    )]
    InUse {
        /// The file that is locked.
        path: std::path::PathBuf,
        /// By which process; empty where that is not known.
        process: String,
    },
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] store::OpenError),
    /// The database does not answer.
    #[error("the database does not answer: {0}")]
    Store(#[from] store::StoreError),
    /// The probes' client cannot be built.
    #[error("the probes' client cannot be built: {0}")]
    Client(#[from] probes::client::BuildError),
    /// An act at the start was refused.
    #[error(transparent)]
    Refused(#[from] engine::Error),
    /// A socket cannot be listened on.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// Anything else, in a sentence.
    #[error("{0}")]
    Other(String),
}

fn holder(process: &str) -> String {
    match process {
        "" => "another Daytwo".to_owned(),
        process => format!("another Daytwo (process {process})"),
    }
}

/// Opens the database, brings its schema up to date and starts the engine over it.
///
/// # Errors
/// What is wrong, in a sentence.
pub async fn engine(config: &Config) -> Result<Engine, StartError> {
    // One provider of cryptography, named once: two would each wait for the other to be chosen.
    // A second call in one process finds it installed.
    drop(rustls::crypto::ring::default_provider().install_default());
    prepare(&config.data_dir)?;
    let pool =
        Pool::open(store::location(config.database_url.as_deref(), &config.data_dir)?).await?;
    let store = Store::start(pool).await?;
    let mut client = GuardedClient::builder().policy(config.guard()?);
    if let Some(roots) = config.extra_roots()? {
        client = client.extra_roots(&roots);
    }
    let prober = Prober::new(client.build()?).browser(config.browser());
    let options = Options { base_url: config.base_url()?, label: config.label.clone() };
    let engine = Engine::new(store, Arc::new(SystemClock), prober, options);
    engine.runbooks().publish_shipped().await?;
    Ok(engine)
}

/// The database's file, where there is none yet.
///
/// # Errors
/// Where its address cannot be read.
pub fn absent(config: &Config) -> Result<Option<std::path::PathBuf>, StartError> {
    let file = match store::location(config.database_url.as_deref(), &config.data_dir)? {
        store::Backend::Sqlite(options) => options.get_filename().to_owned(),
        store::Backend::Postgres(_) => return Ok(None),
    };
    Ok((!file.is_file()).then_some(file))
}

/// Makes the data directory, readable by its owner only.
pub(crate) fn prepare(path: &Path) -> Result<(), StartError> {
    let failed = |error| StartError::DataDir { path: path.to_owned(), error };
    std::fs::create_dir_all(path).map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mut permissions = std::fs::metadata(path).map_err(failed)?.permissions();
        if permissions.mode() & 0o077 != 0 {
            permissions.set_mode(0o700);
            // A directory that belongs to someone else keeps its mode.
            drop(std::fs::set_permissions(path, permissions));
        }
    }
    Ok(())
}
