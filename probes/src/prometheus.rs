//! Asking a server that speaks Prometheus's query API: Prometheus, Mimir, Thanos, VictoriaMetrics.
//!
//! | what came | what it is |
//! | --- | --- |
//! | one series, or a scalar | its value |
//! | an empty result, and the heartbeat query finds something that is not 0 | zero |
//! | an empty result otherwise | missing |
//! | `isPartial`, or a warning that is not about how the query is written | partial: neither zero nor a value |
//! | NaN: nothing was divided by nothing | missing |
//! | ±Inf, several series, a histogram, a matrix, a string | trouble: the query does not say one number |
//! | an error, no JSON, no answer, too long an answer | trouble, never held against the service |

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::measurement::Exchange;
use serde::Deserialize;
use url::Url;

use crate::client::{GuardedClient, Request};
use crate::redact;

/// How much of an answer is read: what is longer holds more than one number.
const BODY_LIMIT_BYTES: usize = 256 * 1024;

/// The most characters of a warning that are kept, and the most warnings.
const WARNING_CHARS: usize = 300;
const MOST_WARNINGS: usize = 5;

/// A question.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The server's address, below which `/api/v1/query` lies.
    pub server_url: &'a str,
    /// The query, filled in.
    pub query: &'a str,
    /// What finds something as long as what is measured is there, filled in.
    pub heartbeat_query: Option<&'a str>,
    /// Request headers, such as a tenant or a token; sent with each query to that server alone.
    pub headers: &'a BTreeMap<String, String>,
    /// About when.
    pub at: DateTime<Utc>,
    /// The longest each answer may take.
    pub timeout: Duration,
}

/// What a server's answer comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// A number.
    Value(f64),
    /// The result is empty, and what is measured is there: nothing happened.
    Zero,
    /// There is no data, with the reason.
    Missing(String),
    /// A store behind the server did not answer, so that what was found is not all there is; with the
    /// reason.
    Partial(String),
    /// The question was not answered, or not with one number; with the reason.
    Trouble(String),
}

/// An answer with its evidence.
#[derive(Debug, Clone)]
pub struct Answered {
    /// What it comes to.
    pub said: Said,
    /// What the server warned of.
    pub warnings: Vec<String>,
    /// What was sent and received.
    pub exchanges: Vec<Exchange>,
}

/// Asks a question.
pub(crate) async fn ask(client: &GuardedClient, question: &Question<'_>) -> Answered {
    let mut answered = Answered { said: Said::Zero, warnings: Vec::new(), exchanges: Vec::new() };
    let first = instant(client, question, question.query, one, &mut answered).await;
    answered.said = match (first, question.heartbeat_query) {
        (Err(trouble), _) => Said::Trouble(trouble),
        (Ok(found), _) if found.is_partial => partial(found.value),
        (Ok(Found { value: Some(value), .. }), _) => number(value),
        // What would have been found may lie in the store that the server warns of.
        (Ok(found), _) if found.is_warned => partial(None),
        (Ok(_), None) => Said::Missing("the query found no series".into()),
        (Ok(_), Some(heartbeat)) => {
            match instant(client, question, heartbeat, any, &mut answered).await {
                Err(trouble) => Said::Trouble(format!("the heartbeat query: {trouble}")),
                Ok(beats) if beats.is_partial => partial(None),
                Ok(Found { value: Some(beats), .. }) if beats.is_finite() && beats != 0.0 => {
                    Said::Zero
                }
                Ok(_) => Said::Missing(
                    "the query found no series, and neither did the heartbeat query".into(),
                ),
            }
        }
    };
    answered
}

fn partial(value: Option<f64>) -> Said {
    let found = value.map_or_else(
        || "found no series".to_owned(),
        |value| format!("found {}", domain::indicator::shown(value)),
    );
    Said::Partial(format!(
        "the answer is partial: the query {found}, and a store that did not answer may hold more"
    ))
}

/// Whether a warning may be about the data rather than about how the query is written, which
/// Prometheus says in its first words.
fn is_of_server(warning: &str) -> bool {
    !warning.starts_with("PromQL ")
}

fn number(value: f64) -> Said {
    if value.is_nan() {
        Said::Missing("the query says NaN: there was nothing to divide by".into())
    } else if value.is_infinite() {
        Said::Trouble(format!("the query says {value}, which is no measurement"))
    } else {
        Said::Value(value)
    }
}

#[derive(Deserialize)]
struct Reply {
    status: String,
    #[serde(default)]
    data: Option<Data>,
    #[serde(default)]
    error: Option<String>,
    /// `null` from servers that are not written in Go, or are.
    #[serde(default)]
    warnings: Option<Vec<String>>,
    #[serde(default)]
    infos: Option<Vec<String>>,
    /// VictoriaMetrics: a storage node did not answer.
    #[serde(default, rename = "isPartial")]
    is_partial: Option<bool>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    kind: String,
    result: serde_json::Value,
}

/// What a query found.
struct Found {
    value: Option<f64>,
    /// A store did not answer.
    is_partial: bool,
    /// The server warns of what may be its data.
    is_warned: bool,
}

/// Sends one instant query: its number, or nothing.
async fn instant(
    client: &GuardedClient,
    question: &Question<'_>,
    query: &str,
    read: fn(&str, &serde_json::Value) -> Result<Option<f64>, String>,
    answered: &mut Answered,
) -> Result<Found, String> {
    let request = request(question, query)?;
    let answer = match client.send(request).await {
        Ok(answer) => answer,
        Err(error) => {
            answered.exchanges.extend(error.exchanges.clone());
            return Err(error.to_string());
        }
    };
    answered.exchanges.extend(answer.exchanges.clone());
    if answer.truncated {
        return Err(format!(
            "the answer is longer than {} KiB; have the query add its series up to one, such as \
             with sum(…)",
            BODY_LIMIT_BYTES / 1_024
        ));
    }
    let status = answer.status.as_u16();
    if status == 401 || status == 403 {
        return Err(format!(
            "{} answered {status}: it lets nobody in without the right headers, such as \
             `Authorization` or `X-Scope-OrgID`",
            question.server_url
        ));
    }
    let reply: Reply = serde_json::from_slice(&answer.body).map_err(|_| {
        format!(
            "{} answered {status} with something other than Prometheus's JSON",
            question.server_url
        )
    })?;
    let warnings = reply.warnings.unwrap_or_default();
    let is_partial =
        reply.is_partial == Some(true) || warnings.iter().any(|warning| is_of_server(warning));
    let all = || warnings.iter().chain(reply.infos.iter().flatten());
    let is_warned = all().any(|warning| is_of_server(warning));
    let warned = all().map(|warning| redact::shorten(&redact::printable(warning), WARNING_CHARS));
    let room = MOST_WARNINGS.saturating_sub(answered.warnings.len());
    answered.warnings.extend(warned.take(room));
    if reply.status != "success" {
        let said = reply.error.clone().unwrap_or_else(|| format!("status {status}"));
        let said = redact::shorten(&redact::printable(&said), 300);
        return Err(format!("the server refused the query: {said}"));
    }
    if !answer.status.is_success() {
        return Err(format!("{} answered {status}, which is no success", question.server_url));
    }
    if let Some(said) = reply.error.filter(|said| !said.is_empty()) {
        let said = redact::shorten(&redact::printable(&said), 300);
        return Err(format!("the server says `success`, and this error: {said}"));
    }
    let data = reply.data.ok_or("the server answered without data")?;
    Ok(Found { value: read(&data.kind, &data.result)?, is_partial, is_warned })
}

fn request(question: &Question<'_>, query: &str) -> Result<Request, String> {
    let mut url = Url::parse(question.server_url).map_err(|error| error.to_string())?;
    url.path_segments_mut()
        .map_err(|()| "the server's address cannot have a path".to_owned())?
        .pop_if_empty()
        .extend(["api", "v1", "query"]);
    let seconds = question.timeout.as_secs().max(1);
    url.query_pairs_mut()
        .append_pair("query", query)
        .append_pair("time", &question.at.timestamp().to_string())
        .append_pair("timeout", &format!("{seconds}s"))
        // Servers that know it stop at two, which is one too many already.
        .append_pair("limit", "2");
    let mut request = Request::new("GET", url.as_str()).map_err(|error| error.to_string())?;
    for (name, value) in question.headers {
        request = request.header(name, value).map_err(|error| error.to_string())?;
    }
    Ok(request.timeout(question.timeout).body_limit_bytes(BODY_LIMIT_BYTES))
}

/// Of a result of one series or several a number that is not zero, where there is one.
fn any(kind: &str, result: &serde_json::Value) -> Result<Option<f64>, String> {
    let several = result.as_array().filter(|series| kind == "vector" && series.len() > 1);
    let Some(several) = several else { return one(kind, result) };
    let mut found = None;
    for series in several {
        let value = one(kind, &serde_json::Value::Array(vec![series.clone()]))?;
        found = found.filter(|known| *known != 0.0).or(value);
    }
    Ok(found)
}

/// The one number of a result; `None` where it is empty.
fn one(kind: &str, result: &serde_json::Value) -> Result<Option<f64>, String> {
    let sample = match (kind, result.as_array().map(Vec::as_slice)) {
        ("scalar", Some(sample)) => sample,
        ("vector", Some([])) => return Ok(None),
        ("vector", None) if result.is_null() => return Ok(None),
        ("vector", Some([series])) if series.get("histogram").is_some() => {
            return Err(
                "the query answers a native histogram; have it say one number, such as with \
                        histogram_quantile(0.95, …), histogram_count(…) or histogram_avg(…)"
                    .into(),
            );
        }
        ("vector", Some([series])) => {
            series["value"].as_array().map(Vec::as_slice).unwrap_or_default()
        }
        ("vector", Some(several)) => {
            return Err(format!(
                "the query found {} series; have it add them up to one, such as with sum(…)",
                several.len()
            ));
        }
        _ => {
            let kind = redact::shorten(&redact::printable(kind), 40);
            return Err(format!(
                "the query answers a {kind}; it must answer one number at one time"
            ));
        }
    };
    let value = match sample.get(1) {
        Some(serde_json::Value::Number(number)) => number.as_f64(),
        Some(serde_json::Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    if let Some(value) = value {
        return Ok(Some(value));
    }
    let said = sample.get(1).map_or_else(
        || "a sample without a value".to_owned(),
        |value| match value.as_str() {
            Some(text) => format!("`{}`", redact::shorten(&redact::printable(text), 40)),
            None => format!("`{}`", redact::shorten(&value.to_string(), 40)),
        },
    );
    Err(format!("the query answers {said}, which is no number"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_number_or_a_reason() {
        let vector = |values: &[&str]| {
            let all: Vec<_> =
                values.iter().map(|v| json!({"metric": {}, "value": [1, v]})).collect();
            one("vector", &json!(all))
        };
        assert_eq!(vector(&["0.5"]), Ok(Some(0.5)));
        assert_eq!(vector(&[]), Ok(None));
        assert!(vector(&["1", "2"]).unwrap_err().contains("2 series"));
        assert!(vector(&["<b>"]).unwrap_err().contains("`<b>`, which is no number"));
        let sample = |sample| one("vector", &json!([sample]));
        assert_eq!(sample(json!({"value": [1, 0.5]})), Ok(Some(0.5)), "a number as such");
        assert!(sample(json!({"histogram": [1, {}]})).unwrap_err().contains("native histogram"));
        assert!(sample(json!({"value": [1, null]})).unwrap_err().contains("`null`"));
        assert!(sample(json!({})).unwrap_err().contains("without a value"));
        assert_eq!(one("vector", &json!(null)), Ok(None));
        assert_eq!(one("scalar", &json!([1, "7"])), Ok(Some(7.0)));
        assert!(one("matrix", &json!([])).unwrap_err().contains("matrix"));
        assert!(one("string", &json!([1, "text"])).unwrap_err().contains("string"));
        assert!(one("vector", &json!("<html>")).is_err());
        let up = json!([{"value": [1, "0"]}, {"value": [1, "1"]}, {"value": [1, "0"]}]);
        assert_eq!(any("vector", &up), Ok(Some(1.0)));
        assert_eq!(
            any("vector", &json!([{"value": [1, "0"]}, {"value": [1, "0"]}])),
            Ok(Some(0.0))
        );
        assert_eq!(any("vector", &json!([])), Ok(None));
        assert!(matches!(number(f64::NAN), Said::Missing(_)));
        assert!(matches!(number(f64::INFINITY), Said::Trouble(_)));
    }

    #[test]
    fn warnings_about_the_data_are_told_from_those_about_the_query() {
        for warning in [
            "remote_read: remote server http://10.0.0.7/read returned http status 503",
            "receive series from Addr: store-eu:10901: rpc error: code = Unavailable",
            "No StoreAPIs matched for this query",
            "error in servergroup ord=1: server_error: server error: 502",
            "results may be incomplete",
            "something new",
        ] {
            assert!(is_of_server(warning), "{warning}");
        }
        for warning in [
            "PromQL warning: encountered a mix of histograms and floats for metric name \"store\"",
            "PromQL info: metric might not be a counter: \"storage_errors\"",
        ] {
            assert!(!is_of_server(warning), "{warning}");
        }
    }
}
