//! What a check measures: its kind and that kind's parameters.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The kind of a probe with its parameters, as the API takes it and the database keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ProbeSpec {
    /// One HTTP request; redirects are followed (at most 5).
    Http {
        /// The absolute address.
        url: String,
        /// The method; `GET` where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        method: Option<String>,
        /// Request headers.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, String>,
        /// Request body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
    },
    /// The certificate of an `https` address: days left, chain, name.
    Tls {
        /// The `https` address whose host and port are looked at.
        url: String,
        /// The fewest days the certificate may have left; 14 where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min_days: Option<u32>,
    },
    /// The plain-HTTP address redirects to HTTPS on the same host.
    HttpsRedirect {
        /// The service's base address.
        url: String,
    },
    /// `Strict-Transport-Security` is sent over HTTPS and lasts long enough.
    Hsts {
        /// The service's base address.
        url: String,
        /// The shortest acceptable `max-age`, in seconds; 15768000 (six months) where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min_max_age_s: Option<u64>,
    },
    /// Files that must not be served (`/.env`, `/.git/config`, backups, …) answer 403 or 404.
    ExposedFiles {
        /// The service's base address.
        url: String,
    },
    /// A provoked error page gives away no stack trace, environment or debugger.
    DebugMode {
        /// The service's base address.
        url: String,
    },
}

/// The built-in probe that measures each of a service's response targets.
pub const RESPONSE_TARGETS: &str = "response-targets";

/// The kind of check that measures what a runbook's probe names.
#[must_use]
pub fn kind_of_probe(probe: &str) -> Option<&'static str> {
    Some(match probe {
        RESPONSE_TARGETS => "http",
        "exposed-files" => "exposed_files",
        "https-redirect" => "https_redirect",
        "hsts" => "hsts",
        "tls" => "tls",
        "debug-mode" => "debug_mode",
        _ => return None,
    })
}

/// Whether a check measures what a runbook's probe names: the built-in check made for it, or one
/// that somebody wrote for the same purpose. Response targets are told apart by their addresses,
/// not by what measures them, so there nothing stands in.
#[must_use]
pub fn measures(probe: &str, kind: &str, built_in: Option<&str>) -> bool {
    match built_in {
        Some(made_for) => made_for == probe,
        None => probe != RESPONSE_TARGETS && kind_of_probe(probe) == Some(kind),
    }
}

impl ProbeSpec {
    /// The kind's word, as in the API.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Http { .. } => "http",
            Self::Tls { .. } => "tls",
            Self::HttpsRedirect { .. } => "https_redirect",
            Self::Hsts { .. } => "hsts",
            Self::ExposedFiles { .. } => "exposed_files",
            Self::DebugMode { .. } => "debug_mode",
        }
    }

    /// The address it looks at.
    #[must_use]
    pub fn url(&self) -> &str {
        match self {
            Self::Http { url, .. }
            | Self::Tls { url, .. }
            | Self::HttpsRedirect { url }
            | Self::Hsts { url, .. }
            | Self::ExposedFiles { url }
            | Self::DebugMode { url } => url,
        }
    }
}

/// All kinds, in the order they are documented.
pub const PROBE_KINDS: [&str; 6] =
    ["http", "tls", "https_redirect", "hsts", "exposed_files", "debug_mode"];
