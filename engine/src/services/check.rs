//! Creating and changing a check, and reading what it measured.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    check::ProbeSpec,
    ids::CheckId,
    permissions::{Permission, permit},
    validate,
    who::Who,
};
use probes::Condition;
use serde::{Deserialize, Serialize};
use store::{
    checks::{self, CheckRecord},
    deployments, measurements, services,
};

use crate::{Engine, Refusal, audit::entry, engine::new_id, error::Faults, once::Answer, run};

/// A check as it should be. `kind` says which of the other fields apply.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
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

/// A check as the API answers it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CheckView {
    /// Its key.
    pub key: String,
    /// The environment's slug.
    pub environment: String,
    /// What it measures.
    pub kind: String,
    /// The address.
    pub url: String,
    /// Seconds from one run to the next while a watch is open.
    pub interval_s: i64,
    /// The longest a run may take, in seconds.
    pub timeout_s: i64,
    /// The key of the item it is evidence for.
    pub item: Option<String>,
    /// Whether its failure is a failure of a critical flow.
    pub critical: bool,
    /// Whether it runs without counting.
    pub dry_run: bool,
    /// What it says when it has no data.
    pub no_data: String,
    /// What must hold.
    pub conditions: Vec<String>,
}

/// A measurement as the API answers it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MeasurementView {
    /// When it began.
    pub at: DateTime<Utc>,
    /// `successful`, `failed`, `error` or `inconclusive`.
    pub phase: String,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// The number it is about.
    pub value: Option<f64>,
    /// What it says.
    pub sentence: String,
}

impl CheckRequest {
    fn spec(&self) -> Result<ProbeSpec, Refusal> {
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

    fn check(&self, key: &str) -> Result<(), Refusal> {
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
        if let Some(word) = &self.no_data
            && !["undecided", "zero", "fail"].contains(&word.as_str())
        {
            faults.note("/no_data", Err("must be undecided, zero or fail".into()));
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

impl CheckView {
    pub(crate) fn of(check: CheckRecord) -> Self {
        Self {
            key: check.key,
            environment: check.environment,
            kind: check.spec.kind().into(),
            url: check.spec.url().into(),
            interval_s: check.interval_s,
            timeout_s: check.timeout_s,
            item: check.item,
            critical: check.critical,
            dry_run: check.dry_run,
            no_data: check.no_data,
            conditions: check.conditions,
        }
    }
}

impl Engine {
    /// Creates or changes a check; answers it with 201 or 200.
    ///
    /// # Errors
    /// Where the actor may not, a field is at fault, or the service or environment is unknown.
    pub async fn put_check(
        &self,
        who: &Who,
        slug: &str,
        key: &str,
        request: CheckRequest,
    ) -> Result<Answer, Refusal> {
        permit(who, Permission::Configure, Some(slug))?;
        request.check(key)?;
        let spec = request.spec()?;
        let (who, slug, key, now) = (who.clone(), slug.to_owned(), key.to_owned(), self.now());
        let (created, record, touched) = self
            .write(move |tx| {
                Box::pin(async move {
                    let Some(service) = services::by_slug(tx, &slug).await? else {
                        return Err(Refusal::not_found("service", &slug));
                    };
                    let places = services::environments_of(tx, service.id).await?;
                    if !places.iter().any(|place| place.environment == request.environment) {
                        return Err(Refusal::field(
                            "/environment",
                            "names no environment of this service",
                        ));
                    }
                    let before = checks::by_key(tx, service.id, &key).await?;
                    if before.as_ref().is_some_and(|check| check.built_in.is_some()) {
                        return Err(Refusal::conflict(format!(
                            "`{key}` is a built-in check; it follows the service's base URL and \
                             targets. Use another key."
                        )));
                    }
                    let created = before.is_none();
                    let moved = before.as_ref().map(|check| check.environment.clone());
                    let record = CheckRecord {
                        id: before.as_ref().map_or_else(|| CheckId(new_id()), |check| check.id),
                        service_id: service.id,
                        environment: request.environment.clone(),
                        label: key.clone(),
                        key,
                        spec,
                        conditions: request.conditions,
                        interval_s: request.interval_s,
                        timeout_s: request.timeout_s.unwrap_or(10),
                        item: request.item,
                        critical: request.critical,
                        dry_run: request.dry_run,
                        no_data: request.no_data.unwrap_or_else(|| "undecided".into()),
                        built_in: None,
                        retired_at: None,
                        created_at: before.map_or(now, |check| check.created_at),
                        updated_at: now,
                    };
                    checks::put(tx, record.clone()).await?;
                    let verb = if created { "created" } else { "changed" };
                    entry(&who, now, "check.put", "check", &record.key)
                        .says(format!("{verb} the check {} of {slug}", record.key))
                        .with("kind", record.spec.kind())
                        .with("item", record.item.clone())
                        .record(tx)
                        .await?;
                    // Where it was before, its word counts no more.
                    let moved = moved.filter(|from| *from != request.environment);
                    let mut touched = Vec::new();
                    for environment in moved.iter().chain([&request.environment]) {
                        let open = deployments::watching(tx, service.id, environment).await?;
                        if let Some(open) = open {
                            run::judge_all(tx, &open, now).await?;
                            touched.push(open.id);
                        }
                    }
                    Ok((created, record, touched))
                })
            })
            .await?;
        self.reschedule();
        for open in touched {
            self.changed(open);
        }
        let body = serde_json::to_string(&CheckView::of(record))
            .map_err(|error| Refusal::Internal(error.to_string()))?;
        Ok(Answer { status: if created { 201 } else { 200 }, body, replayed: false })
    }

    /// What a check measured from `since` to before `until`, newest first, at most `limit`.
    ///
    /// # Errors
    /// Where the actor may not read or there is no such service or check.
    pub async fn measurements(
        &self,
        who: &Who,
        slug: &str,
        key: &str,
        since: Option<DateTime<Utc>>,
        until: Option<DateTime<Utc>>,
        limit: i64,
    ) -> Result<Vec<MeasurementView>, Refusal> {
        permit(who, Permission::Read, Some(slug))?;
        let mut link = self.read().await?;
        let Some(service) = services::by_slug(&mut link, slug).await? else {
            return Err(Refusal::not_found("service", slug));
        };
        let Some(check) = checks::by_key(&mut link, service.id, key).await? else {
            return Err(Refusal::not_found("check", key));
        };
        let since = since.unwrap_or(DateTime::UNIX_EPOCH);
        let until = until.unwrap_or_else(|| self.now() + chrono::Duration::days(1));
        let found = measurements::between(&mut link, check.id, since, until, limit).await?;
        Ok(found
            .into_iter()
            .map(|record| MeasurementView {
                at: record.at,
                phase: record.phase.as_str().into(),
                duration_ms: record.duration_ms,
                value: record.value,
                sentence: record.sentence,
            })
            .collect())
    }
}
