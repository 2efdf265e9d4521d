//! A check as a request asks for it.

use std::collections::BTreeMap;

use domain::{check::ProbeSpec, validate};
use probes::Condition;
use serde::Deserialize;

use crate::{Refusal, error::Faults};

/// A check as it should be. `kind` says which of the other fields apply.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckRequest {
    /// The environment's slug.
    #[schema(min_length = 1, max_length = 64)]
    pub environment: String,
    /// What it measures.
    #[schema(pattern = "^(http|tls|https_redirect|hsts|exposed_files|debug_mode)$")]
    pub kind: String,
    /// Seconds from one run to the next while a watch is open, 10 to 86400.
    #[schema(minimum = 10, maximum = 86400)]
    pub interval_s: i64,
    /// The longest a run may take, in seconds, 1 to 60; 10 where absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 60)]
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
    /// The absolute address.
    #[schema(max_length = 2048)]
    pub url: String,
    /// Kind `http`: the method.
    #[serde(default)]
    pub method: Option<String>,
    /// Kind `http`: request headers.
    #[serde(default)]
    pub headers: Option<BTreeMap<String, String>>,
    /// Kind `http`: request body.
    #[serde(default)]
    #[schema(max_length = 65536)]
    pub body: Option<String>,
    /// Kind `tls`: the fewest days the certificate may have left.
    #[serde(default)]
    pub min_days: Option<u32>,
    /// Kind `hsts`: the shortest acceptable `max-age`, in seconds.
    #[serde(default)]
    pub min_max_age_s: Option<u64>,
}

impl CheckRequest {
    /// What it measures.
    pub(super) fn spec(&self) -> Result<ProbeSpec, Refusal> {
        let url = self.url.clone();
        let mut faults = Faults::default();
        let mut only = |pointer: &str, present: bool, kind: &str| {
            if present && self.kind != kind {
                faults.note(pointer, Err(format!("applies to the kind `{kind}` only")));
            }
        };
        only("/method", self.method.is_some(), "http");
        only("/headers", self.headers.is_some(), "http");
        only("/body", self.body.is_some(), "http");
        only("/min_days", self.min_days.is_some(), "tls");
        only("/min_max_age_s", self.min_max_age_s.is_some(), "hsts");
        faults.into_result()?;
        match self.kind.as_str() {
            "http" => Ok(ProbeSpec::Http {
                url,
                method: self.method.clone(),
                headers: self.headers.clone().unwrap_or_default(),
                body: self.body.clone(),
            }),
            "tls" => Ok(ProbeSpec::Tls { url, min_days: self.min_days }),
            "https_redirect" => Ok(ProbeSpec::HttpsRedirect { url }),
            "hsts" => Ok(ProbeSpec::Hsts { url, min_max_age_s: self.min_max_age_s }),
            "exposed_files" => Ok(ProbeSpec::ExposedFiles { url }),
            "debug_mode" => Ok(ProbeSpec::DebugMode { url }),
            _ => Err(Refusal::field(
                "/kind",
                format!("must be one of {}", domain::check::PROBE_KINDS.join(", ")),
            )),
        }
    }

    /// Looks at every field.
    pub(super) fn check(&self, key: &str) -> Result<(), Refusal> {
        let mut faults = Faults::default();
        faults.note("/key", validate::slug(key));
        faults.note("/url", validate::http_url(&self.url));
        let within = |range: std::ops::RangeInclusive<i64>, value: i64, unit: &str| {
            if range.contains(&value) {
                Ok(())
            } else {
                Err(format!("must be {} to {} {unit}", range.start(), range.end()))
            }
        };
        faults.note("/interval_s", within(10..=86_400, self.interval_s, "seconds"));
        faults.note("/timeout_s", within(1..=60, self.timeout_s.unwrap_or(10), "seconds"));
        if let Some(item) = &self.item {
            faults.note("/item", validate::slug(item));
        }
        // These kinds always have a result, or trouble of our own, which is never held against the
        // service.
        if self.no_data.as_deref().is_some_and(|word| word != "undecided") {
            let only =
                format!("must be undecided: the kind `{}` never comes back empty", self.kind);
            faults.note("/no_data", Err(only));
        }
        if let Some(method) = &self.method
            && !["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
                .contains(&method.as_str())
        {
            faults.note("/method", Err("must be an HTTP method in capitals".into()));
        }
        for (name, value) in self.headers.iter().flatten() {
            let pointer = format!("/headers/{name}");
            faults.note(&pointer, validate::line(value, 4_096));
            if name.is_empty()
                || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            {
                faults.note(&pointer, Err("is not a header's name".into()));
            }
        }
        if self.body.as_ref().is_some_and(|body| body.len() > 65_536) {
            faults.note("/body", Err("must be at most 64 kB".into()));
        }
        if self.conditions.len() > 20 {
            faults.note("/conditions", Err("must be at most 20".into()));
        }
        for (at, text) in self.conditions.iter().enumerate() {
            if let Err(error) = Condition::parse(text) {
                faults.note(&format!("/conditions/{at}"), Err(error.to_string()));
            }
        }
        faults.into_result()?;
        // What the probe itself knows to be wrong, such as a certificate asked of plain HTTP.
        probes::validate(&self.spec()?, &self.conditions)
            .map(drop)
            .map_err(|error| Refusal::field("/url", error.to_string()))
    }
}
