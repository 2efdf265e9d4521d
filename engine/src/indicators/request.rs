//! An indicator as a request asks for it.

use std::collections::BTreeMap;

use domain::{
    indicator::{BUILT_IN, Criterion, Direction, Family, Source, Thresholds},
    validate,
};
use serde::Deserialize;

use crate::{Error, checks::check_headers, error::ValidationErrors};

/// The most thresholds of one kind.
const THRESHOLDS_MAX: usize = 8;

/// An indicator as it should be.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorRequest {
    /// What it tells about.
    #[schema(
        pattern = "^(error_rate|latency|uptime|saturation|dependency_health|business_signal)$"
    )]
    pub family: String,
    /// Where its points come from. `probe` is for `response_time` and `uptime`, which Daytwo
    /// measures itself: of those only the thresholds and the label can be set.
    #[schema(pattern = "^(probe|prometheus|pushed)$")]
    pub source: String,
    /// Its unit, such as `%`, `ratio`, `ms` or `orders per minute`.
    #[schema(min_length = 1, max_length = 24)]
    pub unit: String,
    /// Which way it is better; by its family where absent.
    #[serde(default)]
    #[schema(pattern = "^(lower_is_better|higher_is_better)$")]
    pub direction: Option<String>,
    /// What it is called on the page; its key where absent.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub label: Option<String>,
    /// Source `prometheus`: the server's address, below which its `/api/v1/query` lies.
    #[serde(default)]
    #[schema(max_length = 2048)]
    pub server_url: Option<String>,
    /// Source `prometheus`: the query. `{{service}}`, `{{environment}}`, `{{version}}`,
    /// `{{window}}` and `{{since_deploy}}` are filled in.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub query: Option<String>,
    /// Source `prometheus`: a query that finds something as long as what is measured is there, such
    /// as `up{job="shop"}`. With it, an empty answer to `query` is a zero; without, it is missing.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub heartbeat_query: Option<String>,
    /// Source `prometheus`: request headers, such as `Authorization` or a tenant's `X-Scope-OrgID`.
    /// Secrets are kept and never answered; `••••••` in their place keeps them, as long as the server
    /// is the same.
    #[serde(default)]
    pub headers: Option<BTreeMap<String, String>>,
    /// Source `prometheus`: seconds from one question to the next, 10 to 3600; 60 where absent.
    #[serde(default)]
    #[schema(minimum = 10, maximum = 3600)]
    pub interval_s: Option<i64>,
    /// What is agreed to be good and bad.
    #[serde(default)]
    pub thresholds: Option<ThresholdsRequest>,
}

/// Thresholds, each such as `< 200ms`, `<= +10%` (relative to the baseline) or `> 1% for 2m`.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThresholdsRequest {
    /// What must hold for it to pass.
    #[serde(default)]
    #[schema(max_items = 8)]
    pub pass: Vec<String>,
    /// What must hold for it not to be worth a warning.
    #[serde(default)]
    #[schema(max_items = 8)]
    pub warn: Vec<String>,
    /// When the release is to be rolled back.
    #[serde(default)]
    #[schema(max_items = 8)]
    pub rollback: Vec<String>,
    /// Whether its breach fails the whole release.
    #[serde(default)]
    pub critical: bool,
}

/// A request that can be kept.
pub(super) struct Checked {
    pub(super) family: Family,
    pub(super) source: Source,
    pub(super) direction: Direction,
    pub(super) thresholds: Thresholds,
}

impl IndicatorRequest {
    /// Looks at every field.
    pub(super) fn check(&self, key: &str) -> Result<Checked, Error> {
        let mut faults = ValidationErrors::default();
        faults.note("/key", validate::metric_key(key));
        let family = word(&mut faults, "/family", &self.family, Family::parse, Family::ALL);
        let source = word(&mut faults, "/source", &self.source, Source::parse, Source::ALL);
        let direction = self.direction.as_deref().and_then(|text| {
            word(&mut faults, "/direction", text, Direction::parse, Direction::ALL)
        });
        faults.note("/unit", validate::line(&self.unit, 24));
        if let Some(label) = &self.label {
            faults.note("/label", validate::line(label, 60));
        }
        self.check_source(key, source, family, &mut faults);
        let thresholds = self.thresholds(&mut faults);
        faults.into_result()?;
        let (Some(family), Some(source)) = (family, source) else {
            return Err(Error::Internal("a fault was not noted".into()));
        };
        let direction = direction.unwrap_or_else(|| family.direction());
        Ok(Checked { family, source, direction, thresholds })
    }

    fn check_source(
        &self,
        key: &str,
        source: Option<Source>,
        family: Option<Family>,
        faults: &mut ValidationErrors,
    ) {
        let built_in = BUILT_IN.iter().find(|built_in| built_in.key == key);
        match (source, built_in) {
            (Some(Source::Probe), None) => {
                let keys = BUILT_IN.map(|built_in| built_in.key).join(" and ");
                let said = format!("is for {keys} only; another is `pushed` or `prometheus`");
                faults.note("/source", Err(said));
            }
            (Some(Source::Prometheus | Source::Pushed), Some(built_in)) => {
                let said = format!("of {} must be `probe`; use another key", built_in.key);
                faults.note("/source", Err(said));
            }
            _ => {}
        }
        if let Some(built_in) = built_in {
            if family.is_some_and(|family| family != built_in.family) {
                faults.note("/family", Err(format!("must be {}", built_in.family)));
            }
            if self.unit != built_in.unit {
                faults.note("/unit", Err(format!("must be {}", built_in.unit)));
            }
        }
        let asks = source == Some(Source::Prometheus);
        match (&self.server_url, asks) {
            (Some(url), true) => faults.note("/server_url", validate::http_url(url)),
            (None, true) => faults.note(
                "/server_url",
                Err("must be the server's address, such as `http://prometheus:9090`".into()),
            ),
            (Some(_), false) => faults.note("/server_url", Err(only_prometheus())),
            (None, false) => {}
        }
        match (&self.query, asks) {
            (Some(query), true) => faults.note("/query", query_text(query)),
            (None, true) => faults.note("/query", Err("must say what to ask the server".into())),
            (Some(_), false) => faults.note("/query", Err(only_prometheus())),
            (None, false) => {}
        }
        match (&self.heartbeat_query, asks) {
            (Some(query), true) => faults.note("/heartbeat_query", query_text(query)),
            (Some(_), false) => faults.note("/heartbeat_query", Err(only_prometheus())),
            (None, _) => {}
        }
        match (&self.headers, asks) {
            (Some(headers), true) => check_headers("", headers, faults),
            (Some(_), false) => faults.note("/headers", Err(only_prometheus())),
            (None, _) => {}
        }
        match (self.interval_s, asks) {
            (Some(interval), true) if !(10..=3_600).contains(&interval) => {
                faults.note("/interval_s", Err("must be 10 to 3600 seconds".into()));
            }
            (Some(_), false) => faults.note("/interval_s", Err(only_prometheus())),
            _ => {}
        }
    }

    fn thresholds(&self, faults: &mut ValidationErrors) -> Thresholds {
        let Some(asked) = &self.thresholds else { return Thresholds::default() };
        for (name, list) in
            [("pass", &asked.pass), ("warn", &asked.warn), ("rollback", &asked.rollback)]
        {
            let pointer = format!("/thresholds/{name}");
            for (at, text) in faults.at_most(&pointer, list, THRESHOLDS_MAX) {
                let pointer = format!("{pointer}/{at}");
                let read = validate::line(text, 60).and_then(|()| {
                    let read = Criterion::parse(text, &self.unit);
                    let read = read.map_err(|error| error.to_string())?;
                    match name {
                        "rollback" => Ok(()),
                        _ if read.lasting_s == 0 => Ok(()),
                        _ => Err("cannot last: `for` is for rollback thresholds".into()),
                    }
                });
                faults.note(&pointer, read);
            }
        }
        Thresholds {
            pass: asked.pass.clone(),
            warn: asked.warn.clone(),
            rollback: asked.rollback.clone(),
            critical: asked.critical,
        }
    }
}

fn only_prometheus() -> String {
    "applies to the source `prometheus` only".into()
}

fn query_text(query: &str) -> Result<(), String> {
    if query.trim().is_empty() {
        return Err("must not be empty".into());
    }
    validate::text(query, 4_000)?;
    domain::query_template::check(query)
}

fn word<T: Copy + ToString>(
    faults: &mut ValidationErrors,
    pointer: &str,
    text: &str,
    parse: impl Fn(&str) -> Option<T>,
    all: &[T],
) -> Option<T> {
    let read = parse(text);
    if read.is_none() {
        let all: Vec<_> = all.iter().map(ToString::to_string).collect();
        faults.note(pointer, Err(format!("must be one of {}", all.join(", "))));
    }
    read
}
