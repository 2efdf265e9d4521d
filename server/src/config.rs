//! Configuration: a TOML file, then the environment, then the command line, the later winning.

use std::{
    net::{SocketAddr, ToSocketAddrs as _},
    path::{Path, PathBuf},
};

use figment::{
    Figment,
    providers::{Env, Format as _, Serialized, Toml},
};
use probes::{GuardConfigError, GuardPolicy, Mode};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What an installation can set.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the portal listens (`DAYTWO_LISTEN`).
    pub listen: SocketAddr,
    /// Where it keeps its files (`DAYTWO_DATA_DIR`).
    pub data_dir: PathBuf,
    /// The database, `sqlite:` or `postgres:` (`DATABASE_URL`); a file in the data directory where
    /// absent.
    pub database_url: Option<String>,
    /// Where people reach the portal (`DAYTWO_BASE_URL`); `http://{listen}` where absent.
    pub base_url: Option<String>,
    /// What probes and hooks may reach (`[probe]`).
    pub probe: ProbeConfig,
    /// Addresses whose `X-Forwarded-For` is believed (`DAYTWO_TRUSTED_PROXIES`), CIDRs separated
    /// by commas.
    pub trusted_proxies: String,
    /// The log's format (`DAYTWO_LOG_FORMAT`): `text` or `json`.
    pub log_format: LogFormat,
    /// The Chromium that recorded journeys run in (`DAYTWO_CHROMIUM`); the first in `PATH` where
    /// absent.
    pub chromium: Option<PathBuf>,
    /// What the pages call this installation beside the portal's name (`DAYTWO_LABEL`), such as
    /// `Staging`.
    pub label: Option<String>,
}

/// What probes and hooks may reach.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProbeConfig {
    /// `private-ok`, `public-only` or `allow-list` (`DAYTWO_PROBE_MODE`).
    pub mode: Option<String>,
    /// Ranges to allow as well, CIDRs separated by commas (`DAYTWO_PROBE_ALLOW`).
    pub allow: String,
    /// A file of root certificates (PEM) to trust beside the system's (`DAYTWO_PROBE_ROOTS`).
    pub roots: Option<PathBuf>,
}

/// The log's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// Lines for machines.
    Json,
}

/// What a Chromium is called.
const BROWSERS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Why the configuration cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file or variable cannot be read.
    #[error("the configuration cannot be read: {0}")]
    Read(Box<figment::Error>),
    /// The probes' rules are wrong.
    #[error("the probes' rules cannot be read: {0}")]
    Guard(#[from] GuardConfigError),
    /// A file that is named does not open.
    #[error("{path} cannot be read: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The base URL is none.
    #[error("the base URL {0}")]
    BaseUrl(String),
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            data_dir: PathBuf::from("./data"),
            database_url: None,
            base_url: None,
            probe: ProbeConfig::default(),
            trusted_proxies: String::new(),
            log_format: LogFormat::Text,
            chromium: None,
            label: None,
        }
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The database's address may carry a password.
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("data_dir", &self.data_dir)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Reads the file, where one is named, and the environment.
    ///
    /// # Errors
    /// Names the file or variable at fault.
    pub fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            let text = std::fs::read_to_string(file)
                .map_err(|error| ConfigError::File { path: file.to_owned(), error })?;
            figment = figment.merge(Toml::string(&text));
        }
        let variables = Env::prefixed("DAYTWO_").only(&[
            "listen",
            "data_dir",
            "base_url",
            "trusted_proxies",
            "log_format",
            "chromium",
        ]);
        // Values stay text: a number in a variable is not a number in a CIDR.
        let probe = Env::prefixed("DAYTWO_PROBE_").only(&["mode", "allow", "roots"]);
        figment
            .merge(variables)
            .merge(Env::raw().only(&["DATABASE_URL"]))
            .merge(probe.map(|key| format!("probe.{key}").into()))
            .extract()
            .map_err(|error| ConfigError::Read(Box::new(error)))
    }

    /// Where people reach the portal, without a trailing slash.
    ///
    /// # Errors
    /// Where it is not an absolute address.
    pub fn base_url(&self) -> Result<String, ConfigError> {
        let Some(url) = &self.base_url else {
            // Not validated: a listener may ask for any free port, which is port 0.
            return Ok(format!("http://{}", self.listen));
        };
        domain::validate::http_url(url).map_err(ConfigError::BaseUrl)?;
        Ok(url.trim_end_matches('/').to_owned())
    }

    /// What probes and hooks may reach: never the portal itself or its database.
    ///
    /// # Errors
    /// Names the entry at fault.
    pub fn guard(&self) -> Result<GuardPolicy, ConfigError> {
        let mode = self.probe.mode.as_deref().map_or(Ok(Mode::default()), str::parse)?;
        let mut policy = GuardPolicy::new(mode).forbidding(self.listen);
        if !self.probe.allow.trim().is_empty() {
            policy = policy.allowing(&self.probe.allow)?;
        }
        for address in self.database_addresses() {
            policy = policy.forbidding(address);
        }
        Ok(policy)
    }

    /// Where the database answers, where it is a server's: a name is looked up once, at the start.
    fn database_addresses(&self) -> Vec<SocketAddr> {
        let url = self.database_url.as_deref().and_then(|url| url::Url::parse(url).ok());
        let Some(url) = url.filter(|url| url.scheme().starts_with("postgres")) else {
            return Vec::new();
        };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Vec::new();
        }
        match (host.as_str(), url.port().unwrap_or(5432)).to_socket_addrs() {
            Ok(found) => found.collect(),
            Err(error) => {
                tracing::warn!(%error, host, "the database's name could not be looked up for the probes' guard");
                Vec::new()
            }
        }
    }

    /// The browser that journeys run in: the one that is named, else the first that is found.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "PATH belongs to the configuration")]
    pub fn browser(&self) -> Option<PathBuf> {
        if let Some(named) = &self.chromium {
            return Some(named.clone());
        }
        let path = std::env::var_os("PATH")?;
        let folders: Vec<_> = std::env::split_paths(&path).collect();
        BROWSERS
            .iter()
            .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
            .find(|program| program.is_file())
    }

    /// The root certificates to trust beside the system's.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn extra_roots(&self) -> Result<Option<Vec<u8>>, ConfigError> {
        match &self.probe.roots {
            None => Ok(None),
            Some(path) => std::fs::read(path)
                .map(Some)
                .map_err(|error| ConfigError::File { path: path.clone(), error }),
        }
    }
}
