//! Looking at every field of a check that is asked for.

use std::collections::BTreeMap;

use domain::{
    check::{Kind, ProbeSpec, kind_of},
    validate,
};
use probes::Condition;

use super::request::{CheckRequest, StepRequest, kinds};
use crate::{Error, error::ValidationErrors};

/// The longest a journey may take, in seconds.
const JOURNEY_MAX_S: i64 = 300;
/// The most patterns of all conditions of a check.
const PATTERNS_MAX: usize = 50;
/// The most conditions of a check or of a step.
const CONDITIONS_MAX: usize = 20;
/// The most steps of a check.
const STEPS_MAX: usize = 20;
/// The most that a step captures.
const CAPTURES_MAX: usize = 50;

/// A request whose every field was looked at. That compiles its conditions, which is too much work
/// for a transaction: all other acts would wait for it.
#[derive(Clone)]
pub struct CheckedRequest {
    pub(super) key: String,
    pub(super) spec: ProbeSpec,
    pub(super) request: CheckRequest,
}

impl CheckRequest {
    /// Looks at every field of a check that is to have this key.
    ///
    /// # Errors
    /// Names the fields at fault.
    pub fn checked(self, key: &str) -> Result<CheckedRequest, Error> {
        self.check(key)?;
        Ok(CheckedRequest { key: key.to_owned(), spec: self.spec()?, request: self })
    }

    /// Each field that is not for every kind: its pointer, whether it is there, and its kinds.
    fn particular(&self) -> [(&'static str, bool, &'static [&'static str]); 17] {
        [
            ("/method", self.method.is_some(), &["http"]),
            ("/headers", self.headers.is_some(), &["http", "websocket", "prometheus"]),
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

    fn check(&self, key: &str) -> Result<(), Error> {
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
        self.check_patterns(&mut faults);
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

    /// Patterns are compiled with each reading, and looked for with each run.
    fn check_patterns(&self, faults: &mut ValidationErrors) {
        let steps = self.steps.iter().flatten();
        let of_steps = steps.flat_map(|step| step.conditions.iter().chain(step.capture.values()));
        // What cannot be read is told by itself.
        let read =
            self.conditions.iter().chain(of_steps).filter_map(|text| Condition::parse(text).ok());
        let patterns: usize = read.map(|condition| condition.patterns()).sum();
        if patterns > PATTERNS_MAX {
            let at = if self.steps.is_some() { "/steps" } else { "/conditions" };
            let said = format!(
                "match {patterns} patterns in all, more than {PATTERNS_MAX}; put several into one \
                 with `|`, or make two checks of it"
            );
            faults.note(at, Err(said));
        }
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
            if step.capture.len() > CAPTURES_MAX {
                let said = format!("must be at most {CAPTURES_MAX}");
                faults.note(&format!("{at}/capture"), Err(said));
            }
            for (name, expression) in step.capture.iter().take(CAPTURES_MAX) {
                let pointer = format!("{at}/capture/{name}");
                faults.note(&pointer, validate::metric_key(name));
                if let Err(error) = Condition::parse(expression) {
                    faults.note(&pointer, Err(error.to_string()));
                }
            }
        }
    }
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
    if let Some(headers) = headers {
        check_headers(at, headers, faults);
    }
    if body.is_some_and(|body| body.len() > 65_536) {
        faults.note(&format!("{at}/body"), Err("must be at most 64 kB".into()));
    }
}

/// Looks at request headers.
pub(crate) fn check_headers(
    at: &str,
    headers: &BTreeMap<String, String>,
    faults: &mut ValidationErrors,
) {
    for (name, value) in headers {
        let pointer = format!("{at}/headers/{name}");
        faults.note(&pointer, validate::line(value, 4_096));
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        {
            faults.note(&pointer, Err("is not a header's name".into()));
        }
    }
}

fn conditions(at: &str, all: &[String], faults: &mut ValidationErrors) {
    for (n, text) in faults.at_most(at, all, CONDITIONS_MAX) {
        if let Err(error) = Condition::parse(text) {
            faults.note(&format!("{at}/{n}"), Err(error.to_string()));
        }
    }
}
