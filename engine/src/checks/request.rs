//! A check as a request asks for it.

use std::collections::BTreeMap;

use domain::{
    check::{HttpStep, Inbox, KINDS, ProbeSpec},
    journey::Recording,
};
use formats::chrome_recorder;
use serde::Deserialize;

use crate::Error;

/// A check as it should be. `kind` says which of the other fields apply.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckRequest {
    /// The environment's slug.
    #[schema(min_length = 1, max_length = 64)]
    pub environment: String,
    /// What it measures.
    #[schema(
        pattern = "^(http|http_steps|journey|tls|https_redirect|hsts|exposed_files|debug_mode|tcp|reachable|dns|websocket|grpc|postgres|mysql|redis|mail|prometheus)$"
    )]
    pub kind: String,
    /// Seconds from one run to the next while a watch is open, 10 to 86400.
    #[schema(minimum = 10, maximum = 86400)]
    pub interval_s: i64,
    /// The longest a run may take, in seconds, 1 to 60, of a journey 300; 10 where absent, 60 for a
    /// journey.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 300)]
    pub timeout_s: Option<i64>,
    /// The key of the item it is evidence for.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub item: Option<String>,
    /// Whether its failure is a failure of a critical flow.
    #[serde(default)]
    pub critical: bool,
    /// Whether it runs without counting.
    #[serde(default)]
    pub dry_run: bool,
    /// What it says when it has no data; `undecided` where absent.
    #[serde(default)]
    #[schema(pattern = "^(undecided|zero|fail)$")]
    pub no_data: Option<String>,
    /// What must hold, such as `status == 200` or `response_time_ms < 300`.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub conditions: Vec<String>,
    /// The address, with the scheme of the kind; absent for `http_steps`.
    #[serde(default)]
    #[schema(max_length = 2048)]
    pub url: Option<String>,
    /// Kind `http`: the method.
    #[serde(default)]
    pub method: Option<String>,
    /// Kinds `http`, `websocket` and `prometheus`: request headers.
    #[serde(default)]
    pub headers: Option<BTreeMap<String, String>>,
    /// Kind `http`: request body.
    #[serde(default)]
    #[schema(max_length = 65536)]
    pub body: Option<String>,
    /// Kind `http_steps`: the requests in turn.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub steps: Option<Vec<StepRequest>>,
    /// Kind `journey`: the flow, as Chrome's DevTools Recorder exports it.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub recording: Option<serde_json::Value>,
    /// Kind `journey`: what stands for `{{name}}` in the flow, by name.
    #[serde(default)]
    pub secrets: Option<BTreeMap<String, String>>,
    /// Kind `tls`: the fewest days the certificate may have left.
    #[serde(default)]
    pub min_days: Option<u32>,
    /// Kind `hsts`: the shortest acceptable `max-age`, in seconds.
    #[serde(default)]
    pub min_max_age_s: Option<u64>,
    /// Kinds `tcp` and `websocket`: what is sent first.
    #[serde(default)]
    #[schema(max_length = 4096)]
    pub send: Option<String>,
    /// Kinds `tcp` and `websocket`: what must come back.
    #[serde(default)]
    #[schema(max_length = 1024)]
    pub expect: Option<String>,
    /// Kind `grpc`: the service asked about; the whole server where absent.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub grpc_service: Option<String>,
    /// Kinds `postgres`, `mysql`, `redis` and `mail`: the password.
    #[serde(default)]
    #[schema(max_length = 1024)]
    pub password: Option<String>,
    /// Kind `mail`: from whom.
    #[serde(default)]
    #[schema(max_length = 254)]
    pub from: Option<String>,
    /// Kind `mail`: to whom.
    #[serde(default)]
    #[schema(max_length = 254)]
    pub to: Option<String>,
    /// Kind `mail`: where it arrives.
    #[serde(default)]
    pub inbox: Option<InboxRequest>,
    /// Kind `prometheus`: the query; it must answer one number.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub query: Option<String>,
    /// Kind `prometheus`: with it, an empty answer to `query` is a zero; without, no data.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub heartbeat_query: Option<String>,
}

/// A request of several. `{{name}}` stands for what an earlier step captured.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepRequest {
    /// What the step is called.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// The absolute address.
    #[schema(min_length = 1, max_length = 2048)]
    pub url: String,
    /// The method; `GET` where absent.
    #[serde(default)]
    pub method: Option<String>,
    /// Request headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Request body.
    #[serde(default)]
    #[schema(max_length = 65536)]
    pub body: Option<String>,
    /// What must hold; a status below 400 where empty.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub conditions: Vec<String>,
    /// What is kept for later steps: names with expressions, such as `json.token`.
    #[serde(default)]
    pub capture: BTreeMap<String, String>,
}

/// Where a mail arrives.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InboxRequest {
    /// `imap://user@host:port/mailbox`, `imaps://…`, or the `http(s)` address of a catcher whose
    /// answer holds the mail's subject.
    #[schema(min_length = 1, max_length = 2048)]
    pub url: String,
    /// The password.
    #[serde(default)]
    #[schema(max_length = 1024)]
    pub password: Option<String>,
}

impl CheckRequest {
    /// The longest a run may take, in seconds.
    pub(super) fn timeout_s(&self) -> i64 {
        self.timeout_s.unwrap_or(if self.kind == "journey" { 60 } else { 10 })
    }

    /// What it measures.
    pub(super) fn spec(&self) -> Result<ProbeSpec, Error> {
        let url = self.url.clone().unwrap_or_default();
        let password = self.password.clone();
        Ok(match self.kind.as_str() {
            "http" => ProbeSpec::Http {
                url,
                method: self.method.clone(),
                headers: self.headers.clone().unwrap_or_default(),
                body: self.body.clone(),
            },
            "http_steps" => ProbeSpec::HttpSteps {
                steps: self.steps.iter().flatten().cloned().map(HttpStep::from).collect(),
            },
            "journey" => ProbeSpec::Journey {
                recording: self.recording()?,
                secrets: self.secrets.clone().unwrap_or_default(),
            },
            "tls" => ProbeSpec::Tls { url, min_days: self.min_days },
            "https_redirect" => ProbeSpec::HttpsRedirect { url },
            "hsts" => ProbeSpec::Hsts { url, min_max_age_s: self.min_max_age_s },
            "exposed_files" => ProbeSpec::ExposedFiles { url },
            "debug_mode" => ProbeSpec::DebugMode { url },
            "tcp" => ProbeSpec::Tcp { url, send: self.send.clone(), expect: self.expect.clone() },
            "reachable" => ProbeSpec::Reachable { url },
            "dns" => ProbeSpec::Dns { url },
            "websocket" => ProbeSpec::Websocket {
                url,
                headers: self.headers.clone().unwrap_or_default(),
                send: self.send.clone(),
                expect: self.expect.clone(),
            },
            "grpc" => ProbeSpec::Grpc { url, grpc_service: self.grpc_service.clone() },
            "postgres" => ProbeSpec::Postgres { url, password },
            "mysql" => ProbeSpec::Mysql { url, password },
            "redis" => ProbeSpec::Redis { url, password },
            "mail" => ProbeSpec::Mail {
                url,
                password,
                from: self.from.clone().unwrap_or_default(),
                to: self.to.clone().unwrap_or_default(),
                inbox: self.inbox.clone().map(Inbox::from).unwrap_or_default(),
            },
            "prometheus" => ProbeSpec::Prometheus {
                url,
                query: self.query.clone().unwrap_or_default(),
                heartbeat_query: self.heartbeat_query.clone(),
                headers: self.headers.clone().unwrap_or_default(),
            },
            _ => return Err(Error::field("/kind", kinds())),
        })
    }

    /// The recorded flow.
    fn recording(&self) -> Result<Recording, Error> {
        let Some(json) = &self.recording else {
            let said = "must be the flow, as Chrome's DevTools Recorder exports it as JSON";
            return Err(Error::field("/recording", said));
        };
        chrome_recorder::read(json)
            .map_err(|(at, said)| Error::field(format!("/recording{at}"), said))
    }
}

pub(super) fn kinds() -> String {
    format!("must be one of {}", KINDS.map(|kind| kind.word).join(", "))
}

impl From<StepRequest> for HttpStep {
    fn from(step: StepRequest) -> Self {
        let StepRequest { name, url, method, headers, body, conditions, capture } = step;
        Self { name, url, method, headers, body, conditions, capture }
    }
}

impl From<InboxRequest> for Inbox {
    fn from(inbox: InboxRequest) -> Self {
        Self { url: inbox.url, password: inbox.password }
    }
}
