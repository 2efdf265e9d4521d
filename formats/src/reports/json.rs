//! Telling JSON reports apart.

use std::collections::BTreeMap;

use domain::reports::{ReportSummary, one_line};
use serde::Deserialize;

use super::error::ReportError;
use crate::{k6, playwright};

/// What either tool writes; what is not named here is skipped while reading.
#[derive(Deserialize)]
struct Document {
    suites: Option<Vec<playwright::Suite>>,
    #[serde(default)]
    errors: Vec<playwright::Trouble>,
    stats: Option<playwright::Stats>,
    config: Option<Config>,
    metrics: Option<BTreeMap<String, k6::Metric>>,
    root_group: Option<k6::Group>,
    state: Option<k6::State>,
    results: Option<k6::Results>,
    metadata: Option<k6::Metadata>,
}

/// Both Playwright and k6's machine-readable summary have one.
#[derive(Deserialize)]
struct Config {
    #[serde(flatten)]
    playwright: playwright::Config,
    #[serde(flatten)]
    k6: k6::RunConfig,
}

/// Reads a report.
///
/// # Errors
///
/// Where it is not JSON to its end, nests deeper than 128, or is of neither tool.
pub(super) fn parse(text: &str) -> Result<ReportSummary, ReportError> {
    let bad = |what: String| ReportError::Json { what: one_line(&what) };
    let document: Document = serde_json::from_str(text).map_err(|error| {
        bad(match error.classify() {
            serde_json::error::Category::Eof => {
                format!("it was cut off ({error}); send the whole file after the tests have ended.")
            }
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
                format!("{error}. Send the file as the tool wrote it.")
            }
            serde_json::error::Category::Data => format!(
                "{error}. Send Playwright's JSON report or a k6 summary, as the tool wrote it."
            ),
        })
    })?;
    match document {
        Document { suites: Some(suites), errors, stats, config, metrics: None, .. }
            if stats.is_some() || config.is_some() =>
        {
            let config = config.as_ref().map(|config| &config.playwright);
            Ok(playwright::judge(&suites, &errors, config, stats.as_ref()))
        }
        Document { metrics: Some(metrics), root_group, state, suites: None, .. } => {
            Ok(k6::judge(&metrics, root_group.as_ref(), state.as_ref()))
        }
        Document { results: Some(results), metadata: Some(metadata), config, suites: None, .. }
            if metadata.is_of_k6() =>
        {
            Ok(k6::judge_results(results, config.as_ref().map(|config| &config.k6)))
        }
        _ => Err(bad("it is neither Playwright's report (`suites`, `config`, `stats`) nor a k6 \
                      summary (`metrics`, `root_group`, or `results` with `metadata.k6_version`); set the tool's reporter to one of these \
                      or to JUnit."
            .into())),
    }
}
