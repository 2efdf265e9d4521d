//! A service, and where it runs.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{answering_version::VersionSource, ids::ServiceId};

/// How fast a page of the service must answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// `home`, `login` or `health`.
    pub name: String,
    /// Its path below the base URL.
    pub path: String,
    /// The longest acceptable answer, in milliseconds.
    pub target_ms: u32,
    /// Whether nobody has agreed on it: it was put there with the service, and the service may have
    /// no such page.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub assumed: bool,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Its short name in addresses.
    pub slug: String,
    /// Its name as shown.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Who owns it.
    pub owners: String,
    /// How much depends on it.
    pub tier: String,
    /// The response targets.
    pub targets: Vec<Target>,
    /// Where its answers name the version that gave them.
    pub version_source: Option<VersionSource>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// An environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its short name.
    pub slug: String,
    /// Its name as shown.
    pub name: String,
    /// Its place in the order, production last.
    pub position: i64,
}

/// A service in an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceEnvironment {
    /// The service.
    pub service_id: ServiceId,
    /// The environment.
    pub environment: String,
    /// Where it answers, if known.
    pub base_url: Option<String>,
    /// Why it is plain HTTP there on purpose.
    pub plain_http_because: Option<String>,
}

/// What is expected of HTTPS, by the names runbooks have for it.
pub const OF_HTTPS: [&str; 3] = ["https-redirect", "hsts", "tls"];

/// Why nothing of HTTPS is expected, as it stands on a box.
#[must_use]
pub fn plain_on_purpose(why: &str) -> String {
    format!("Plain HTTP on purpose, because {why}")
}

impl ServiceEnvironment {
    /// Why nothing of HTTPS is expected there: somebody has said so once, with a reason, of an address
    /// that is plain HTTP.
    #[must_use]
    pub fn plain_http(&self) -> Option<&str> {
        let is_plain = self.base_url.as_deref().is_some_and(|url| url.starts_with("http://"));
        self.plain_http_because.as_deref().filter(|_| is_plain)
    }
}
