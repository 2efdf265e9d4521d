//! A check as a request asks for it.

use std::collections::BTreeMap;

use domain::{
    check::{HttpStep, Inbox, KINDS, Kind, ProbeSpec, kind_of},
    journey::Recording,
    validate,
};
use formats::chrome_recorder;
use probes::Condition;
use serde::Deserialize;

use crate::{Error, error::ValidationErrors};

/// The longest a journey may take, in seconds.
const JOURNEY_MAX_S: i64 = 300;
/// The most conditions of a check or of a step.
const CONDITIONS_MAX: usize = 20;
/// The most steps of a check.
const STEPS_MAX: usize = 20;

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
    /// Kinds `http` and `websocket`: request headers.
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

    /// Each field that is not for every kind: its pointer, whether it is there, and its kinds.
    fn particular(&self) -> [(&'static str, bool, &'static [&'static str]); 17] {
        [
            ("/method", self.method.is_some(), &["http"]),
            ("/headers", self.headers.is_some(), &["http", "websocket"]),
            ("/body", self.body.is_some(), &["http"]),
            ("/steps", self.steps.is_some(), &["http_steps"]),
            ("/recording", self.recording.is_some(), &["journey"]),
            ("/secrets", self.secrets.is_some(), &["journey"]),
            ("/min_days", self.min_days.is_some(), &["tls"]),
            ("/min_max_age_s", self.min_max_age_s.is_some(), &["hsts"]),
            ("/send", self.send.is_some(), &["tcp", "websocket"]),
            ("/expect", self.expect.is_some(), &["tcp", "websocket"]),
            ("/grpc_service", self.grpc_service.is_some(), &["grpc"]),
            ("/password", self.password.is_some(), &["postgres", "mysql", "redis", "mail"]),
            ("/from", self.from.is_some(), &["mail"]),
            ("/to", self.to.is_some(), &["mail"]),
            ("/inbox", self.inbox.is_some(), &["mail"]),
            ("/query", self.query.is_some(), &["prometheus"]),
            ("/heartbeat_query", self.heartbeat_query.is_some(), &["prometheus"]),
        ]
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

    /// Looks at every field.
    pub(super) fn check(&self, key: &str) -> Result<(), Error> {
        let mut faults = ValidationErrors::default();
        faults.note("/key", validate::slug(key));
        let Some(kind) = kind_of(&self.kind) else {
            faults.note("/kind", Err(kinds()));
            return faults.into_result();
        };
        for (pointer, present, kinds) in self.particular() {
            if present && !kinds.contains(&kind.word) {
                let kinds = kinds.join("`, `");
                faults.note(pointer, Err(format!("applies to the kind `{kinds}` only")));
            }
        }
        self.check_address(kind, &mut faults);
        let within = |range: std::ops::RangeInclusive<i64>, value: i64, unit: &str| {
            if range.contains(&value) {
                Ok(())
            } else {
                Err(format!("must be {} to {} {unit}", range.start(), range.end()))
            }
        };
        faults.note("/interval_s", within(10..=86_400, self.interval_s, "seconds"));
        let longest = if kind.word == "journey" { JOURNEY_MAX_S } else { 60 };
        let timeout_s = self.timeout_s();
        faults.note("/timeout_s", within(1..=longest, timeout_s, "seconds"));
        if let Some(item) = &self.item {
            faults.note("/item", validate::slug(item));
        }
        self.check_no_data(kind, &mut faults);
        self.check_parts(kind, &mut faults);
        conditions("/conditions", &self.conditions, &mut faults);
        faults.into_result()?;
        // What the probe itself knows to be wrong, such as a certificate asked of plain HTTP.
        probes::validate(&self.spec()?, &self.conditions).map(drop).map_err(|error| {
            let field = match kind.word {
                "http_steps" => "/steps",
                "journey" => "/secrets",
                _ => "/url",
            };
            Error::field(field, error.to_string())
        })
    }

    fn check_address(&self, kind: &Kind, faults: &mut ValidationErrors) {
        let example = || Err(format!("must be an address such as `{}`", kind.example));
        let outcome = match (&self.url, kind.word) {
            (Some(_), "http_steps" | "journey") => {
                Err("is for the other kinds; each step has its own".into())
            }
            (None, "http_steps" | "journey") => Ok(()),
            (None, _) => example(),
            (Some(url), _) if kind.schemes.contains(&"http") => validate::http_url(url),
            (Some(url), _) => validate::line(url, 2_048).and_then(|()| {
                let Ok(read) = url::Url::parse(url) else { return example() };
                if !kind.schemes.contains(&read.scheme()) {
                    return example();
                }
                if read.password().is_some() {
                    return Err("must not carry a password; give it as `password`".into());
                }
                Ok(())
            }),
        };
        faults.note("/url", outcome);
    }

    fn check_no_data(&self, kind: &Kind, faults: &mut ValidationErrors) {
        let Some(word) = self.no_data.as_deref() else { return };
        if !["undecided", "zero", "fail"].contains(&word) {
            faults.note("/no_data", Err("must be undecided, zero or fail".into()));
        } else if word != "undecided" && !kind.may_be_empty {
            // These kinds always have a result, or trouble of our own, which is never held against
            // the service.
            let said =
                format!("must be undecided: the kind `{}` never comes back empty", kind.word);
            faults.note("/no_data", Err(said));
        }
    }

    fn check_parts(&self, kind: &Kind, faults: &mut ValidationErrors) {
        request("", self.method.as_deref(), self.headers.as_ref(), self.body.as_ref(), faults);
        match kind.word {
            "http_steps" => self.check_steps(faults),
            "mail" => {
                let email =
                    |text: &Option<String>| validate::email(text.as_deref().unwrap_or_default());
                faults.note("/from", email(&self.from));
                faults.note("/to", email(&self.to));
                let inbox = self.inbox.as_ref().map(|inbox| inbox.url.as_str()).unwrap_or_default();
                let fits = url::Url::parse(inbox).is_ok_and(|read| {
                    ["imap", "imaps", "http", "https"].contains(&read.scheme())
                        && read.password().is_none()
                });
                if !fits {
                    let said = "must be where the mail arrives, such as \
                                `imaps://watch@mail.example.org/INBOX`, without its password";
                    faults.note("/inbox/url", Err(said.into()));
                }
            }
            "prometheus" => {
                for (pointer, query, needed) in [
                    ("/query", &self.query, true),
                    ("/heartbeat_query", &self.heartbeat_query, false),
                ] {
                    match query {
                        Some(query) if !query.trim().is_empty() => faults.note(
                            pointer,
                            validate::text(query, 4_000)
                                .and_then(|()| domain::query_template::check(query)),
                        ),
                        Some(_) => faults.note(pointer, Err("must not be empty".into())),
                        None if needed => {
                            faults.note(pointer, Err("must say what to ask the server".into()));
                        }
                        None => {}
                    }
                }
            }
            _ => {}
        }
        for (pointer, text, most) in
            [("/send", &self.send, 4_096), ("/expect", &self.expect, 1_024)]
        {
            if let Some(text) = text {
                let empty = text.is_empty().then(|| "must not be empty".to_owned());
                faults.note(pointer, empty.map_or_else(|| validate::text(text, most), Err));
            }
        }
        for (name, value) in self.secrets.iter().flatten() {
            let pointer = format!("/secrets/{name}");
            faults.note(&pointer, validate::metric_key(name));
            faults.note(&pointer, validate::line(value, 1_024));
        }
        if let Some(password) = &self.password {
            faults.note("/password", validate::line(password, 1_024));
        }
    }

    fn check_steps(&self, faults: &mut ValidationErrors) {
        let steps: &[StepRequest] = self.steps.as_deref().unwrap_or_default();
        if steps.is_empty() || steps.len() > STEPS_MAX {
            faults.note("/steps", Err(format!("must be 1 to {STEPS_MAX}")));
        }
        for (n, step) in steps.iter().take(STEPS_MAX).enumerate() {
            let at = format!("/steps/{n}");
            faults.note(&format!("{at}/name"), validate::line(&step.name, 60));
            if !step.url.contains("{{") {
                faults.note(&format!("{at}/url"), validate::http_url(&step.url));
            }
            request(&at, step.method.as_deref(), Some(&step.headers), step.body.as_ref(), faults);
            conditions(&format!("{at}/conditions"), &step.conditions, faults);
            for (name, expression) in &step.capture {
                let pointer = format!("{at}/capture/{name}");
                faults.note(&pointer, validate::metric_key(name));
                if let Err(error) = Condition::parse(expression) {
                    faults.note(&pointer, Err(error.to_string()));
                }
            }
        }
    }
}

fn kinds() -> String {
    format!("must be one of {}", KINDS.map(|kind| kind.word).join(", "))
}

/// Looks at the parts of an HTTP request.
fn request(
    at: &str,
    method: Option<&str>,
    headers: Option<&BTreeMap<String, String>>,
    body: Option<&String>,
    faults: &mut ValidationErrors,
) {
    if method.is_some_and(|method| {
        !["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"].contains(&method)
    }) {
        faults.note(&format!("{at}/method"), Err("must be an HTTP method in capitals".into()));
    }
    for (name, value) in headers.into_iter().flatten() {
        let pointer = format!("{at}/headers/{name}");
        faults.note(&pointer, validate::line(value, 4_096));
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        {
            faults.note(&pointer, Err("is not a header's name".into()));
        }
    }
    if body.is_some_and(|body| body.len() > 65_536) {
        faults.note(&format!("{at}/body"), Err("must be at most 64 kB".into()));
    }
}

fn conditions(at: &str, all: &[String], faults: &mut ValidationErrors) {
    if all.len() > CONDITIONS_MAX {
        faults.note(at, Err(format!("must be at most {CONDITIONS_MAX}")));
    }
    // Each is compiled; a call that asks for too many costs no more than one that does not.
    for (n, text) in all.iter().take(CONDITIONS_MAX).enumerate() {
        if let Err(error) = Condition::parse(text) {
            faults.note(&format!("{at}/{n}"), Err(error.to_string()));
        }
    }
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
