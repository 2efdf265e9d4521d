//! What a check measures: its kind and that kind's parameters.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::journey::Recording;

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
    /// Several HTTP requests in turn, values of one answer used in the next.
    HttpSteps {
        /// The steps, in their order.
        steps: Vec<HttpStep>,
    },
    /// A TCP port accepts connections, and what is sent is answered as expected.
    Tcp {
        /// `tcp://host:port`.
        url: String,
        /// What is sent first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        send: Option<String>,
        /// What its answer must contain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expect: Option<String>,
    },
    /// A host is there, without ICMP: one that refuses a connection has answered.
    Reachable {
        /// `tcp://host` or `tcp://host:port`.
        url: String,
    },
    /// A name has records.
    Dns {
        /// `dns:name?type=A`, or `dns://server/name?type=MX` (RFC 4501).
        url: String,
    },
    /// A WebSocket opens, and what is sent is answered as expected.
    Websocket {
        /// `ws://` or `wss://`.
        url: String,
        /// Request headers.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, String>,
        /// The message sent first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        send: Option<String>,
        /// What a message must contain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expect: Option<String>,
    },
    /// A gRPC server says that it serves (`grpc.health.v1`).
    Grpc {
        /// `grpc://host:port` or `grpcs://host:port`.
        url: String,
        /// The service asked about; the whole server where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        grpc_service: Option<String>,
    },
    /// PostgreSQL lets in and answers.
    Postgres {
        /// `postgres://user@host:port/database`.
        url: String,
        /// The password.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<String>,
    },
    /// MySQL or MariaDB lets in and answers.
    Mysql {
        /// `mysql://user@host:port/database`.
        url: String,
        /// The password.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<String>,
    },
    /// Redis answers `PING`.
    Redis {
        /// `redis://host:port` or `rediss://host:port`, with a user's name before `@`.
        url: String,
        /// The password.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<String>,
    },
    /// A mail is sent and arrives.
    Mail {
        /// `smtp://host:port` or `smtps://host:port`, with a user's name before `@`.
        url: String,
        /// The password.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<String>,
        /// From whom.
        from: String,
        /// To whom.
        to: String,
        /// Where it arrives.
        inbox: Inbox,
    },
    /// A recorded flow goes through in a browser.
    Journey {
        /// The flow.
        recording: Recording,
        /// What stands for the names in it.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        secrets: BTreeMap<String, String>,
    },
    /// A metric server answers a query with one number.
    Prometheus {
        /// The server's address, below which `/api/v1/query` lies.
        url: String,
        /// The query, with places such as `{{service}}`.
        query: String,
        /// What finds something as long as what is measured is there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heartbeat_query: Option<String>,
        /// Request headers: a tenant, a password, a token.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, String>,
    },
}

/// A request of several. `{{name}}` in its address, headers and body stands for what an earlier
/// step captured under that name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpStep {
    /// What the step is called.
    pub name: String,
    /// The absolute address.
    pub url: String,
    /// The method; `GET` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Request headers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Request body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// What must hold; a status below 400 where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<String>,
    /// What is kept of the answer for later steps: names with expressions, such as `json.token`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub capture: BTreeMap<String, String>,
}

/// Where a mail arrives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inbox {
    /// `imap://user@host:port/mailbox`, `imaps://…`, or the `http(s)` address of a catcher whose
    /// answer holds the mail's subject.
    pub url: String,
    /// The password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
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
    /// The unit of what it measures; empty where that is a count, or whatever a query answers.
    #[must_use]
    pub const fn unit(&self) -> &'static str {
        match self {
            Self::Tls { .. } => "d",
            Self::Hsts { .. } => "s",
            Self::ExposedFiles { .. } | Self::DebugMode { .. } | Self::Prometheus { .. } => "",
            _ => "ms",
        }
    }

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
            Self::HttpSteps { .. } => "http_steps",
            Self::Tcp { .. } => "tcp",
            Self::Reachable { .. } => "reachable",
            Self::Dns { .. } => "dns",
            Self::Websocket { .. } => "websocket",
            Self::Grpc { .. } => "grpc",
            Self::Postgres { .. } => "postgres",
            Self::Mysql { .. } => "mysql",
            Self::Redis { .. } => "redis",
            Self::Mail { .. } => "mail",
            Self::Journey { .. } => "journey",
            Self::Prometheus { .. } => "prometheus",
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
            | Self::DebugMode { url }
            | Self::Tcp { url, .. }
            | Self::Reachable { url }
            | Self::Dns { url }
            | Self::Websocket { url, .. }
            | Self::Grpc { url, .. }
            | Self::Postgres { url, .. }
            | Self::Mysql { url, .. }
            | Self::Redis { url, .. }
            | Self::Mail { url, .. }
            | Self::Prometheus { url, .. } => url,
            Self::HttpSteps { steps } => steps.first().map_or("", |step| &step.url),
            Self::Journey { recording, .. } => recording.url(),
        }
    }

    /// The texts in which a secret may stand, each with a JSON pointer: headers, bodies, passwords.
    pub fn secrets_mut(&mut self) -> Vec<(String, &mut String)> {
        fn all<'a>(
            at: &str,
            headers: &'a mut BTreeMap<String, String>,
            body: Option<&'a mut String>,
        ) -> Vec<(String, &'a mut String)> {
            let named = |(name, value)| (format!("{at}/headers/{name}"), value);
            let body = body.map(|body| (format!("{at}/body"), body));
            headers.iter_mut().map(named).chain(body).collect()
        }
        match self {
            Self::Http { headers, body, .. } => all("", headers, body.as_mut()),
            Self::Prometheus { headers, .. } => all("", headers, None),
            Self::Websocket { headers, send, .. } => {
                let mut found = all("", headers, None);
                found.extend(send.as_mut().map(|send| ("/send".to_owned(), send)));
                found
            }
            Self::HttpSteps { steps } => steps
                .iter_mut()
                .enumerate()
                .flat_map(|(n, step)| {
                    all(&format!("/steps/{n}"), &mut step.headers, step.body.as_mut())
                })
                .collect(),
            Self::Postgres { password, .. }
            | Self::Mysql { password, .. }
            | Self::Redis { password, .. } => {
                password.as_mut().map(|one| ("/password".to_owned(), one)).into_iter().collect()
            }
            Self::Journey { secrets, .. } => {
                let named = |(name, value)| (format!("/secrets/{name}"), value);
                secrets.iter_mut().map(named).collect()
            }
            Self::Mail { password, inbox, .. } => {
                let own = password.as_mut().map(|one| ("/password".to_owned(), one));
                let inboxes =
                    inbox.password.as_mut().map(|one| ("/inbox/password".to_owned(), one));
                own.into_iter().chain(inboxes).collect()
            }
            Self::Tls { .. }
            | Self::HttpsRedirect { .. }
            | Self::Hsts { .. }
            | Self::ExposedFiles { .. }
            | Self::DebugMode { .. }
            | Self::Tcp { .. }
            | Self::Reachable { .. }
            | Self::Dns { .. }
            | Self::Grpc { .. } => Vec::new(),
        }
    }
}

/// A kind of check, for forms and errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Its word in the API.
    pub word: &'static str,
    /// The schemes its address may have.
    pub schemes: &'static [&'static str],
    /// What such an address looks like.
    pub example: &'static str,
    /// Whether it may come back with no data, so that `no_data` says what that means.
    pub may_be_empty: bool,
}

const fn kind(word: &'static str, schemes: &'static [&'static str], example: &'static str) -> Kind {
    Kind { word, schemes, example, may_be_empty: false }
}

const WEB: &[&str] = &["http", "https"];

/// All kinds, in the order they are documented.
pub const KINDS: [Kind; 18] = [
    kind("http", WEB, "https://shop.example.org/"),
    kind("http_steps", WEB, "https://shop.example.org/login"),
    kind("tls", WEB, "https://shop.example.org/"),
    kind("https_redirect", WEB, "https://shop.example.org/"),
    kind("hsts", WEB, "https://shop.example.org/"),
    kind("exposed_files", WEB, "https://shop.example.org/"),
    kind("debug_mode", WEB, "https://shop.example.org/"),
    kind("tcp", &["tcp"], "tcp://queue.example.org:5672"),
    kind("reachable", &["tcp"], "tcp://host.example.org"),
    kind("dns", &["dns"], "dns:shop.example.org?type=A"),
    kind("websocket", &["ws", "wss"], "wss://shop.example.org/events"),
    kind("grpc", &["grpc", "grpcs"], "grpc://pay.example.org:50051"),
    kind("postgres", &["postgres", "postgresql"], "postgres://watch@db.example.org:5432/shop"),
    kind("mysql", &["mysql"], "mysql://watch@db.example.org:3306/shop"),
    kind("redis", &["redis", "rediss"], "redis://cache.example.org:6379"),
    kind("mail", &["smtp", "smtps"], "smtp://mail.example.org:587"),
    kind("journey", WEB, "https://shop.example.org/register"),
    Kind {
        word: "prometheus",
        schemes: WEB,
        example: "http://prometheus.example.org:9090",
        may_be_empty: true,
    },
];

/// The kind of this word.
#[must_use]
pub fn kind_of(word: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.word == word)
}
