//! Asking a server that speaks Prometheus's query API: Prometheus, Mimir, Thanos, VictoriaMetrics.
//!
//! | what came | what it is |
//! | --- | --- |
//! | one series, or a scalar | its value |
//! | an empty result, and the heartbeat query finds something that is not 0 | zero |
//! | an empty result otherwise | missing |
//! | NaN: nothing was divided by nothing | missing |
//! | ±Inf, several series, a matrix, a string | trouble: the query does not say one number |
//! | an error, no JSON, no answer, too long an answer | trouble, never held against the service |

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::measurement::Exchange;
use serde::Deserialize;
use url::Url;

use crate::client::{GuardedClient, Request};
use crate::redact;

/// How much of an answer is read: what is longer holds more than one number.
const BODY_LIMIT_BYTES: usize = 256 * 1024;

/// A question.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The server's address, below which `/api/v1/query` lies.
    pub server_url: &'a str,
    /// The query, filled in.
    pub query: &'a str,
    /// What finds something as long as what is measured is there, filled in.
    pub heartbeat_query: Option<&'a str>,
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
    let first = instant(client, question, question.query, &mut answered).await;
    answered.said = match (first, question.heartbeat_query) {
        (Ok(Some(value)), _) => number(value),
        (Err(trouble), _) => Said::Trouble(trouble),
        (Ok(None), None) => Said::Missing("the query found no series".into()),
        (Ok(None), Some(heartbeat)) => {
            match instant(client, question, heartbeat, &mut answered).await {
                Ok(Some(beats)) if beats.is_finite() && beats != 0.0 => Said::Zero,
                Ok(_) => Said::Missing(
                    "the query found no series, and neither did the heartbeat query".into(),
                ),
                Err(trouble) => Said::Trouble(format!("the heartbeat query: {trouble}")),
            }
        }
    };
    answered
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
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default)]
    infos: Vec<String>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    kind: String,
    result: serde_json::Value,
}

/// Sends one instant query: its number, or nothing.
async fn instant(
    client: &GuardedClient,
    question: &Question<'_>,
    query: &str,
    answered: &mut Answered,
) -> Result<Option<f64>, String> {
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
    let reply: Reply = serde_json::from_slice(&answer.body).map_err(|_| {
        format!(
            "{} answered {status} with something other than Prometheus's JSON",
            question.server_url
        )
    })?;
    answered.warnings.extend(reply.warnings.into_iter().chain(reply.infos));
    if reply.status != "success" {
        let said = reply.error.unwrap_or_else(|| format!("status {status}"));
        return Err(format!("the server refused the query: {}", redact::shorten(&said, 300)));
    }
    let data = reply.data.ok_or("the server answered without data")?;
    one(&data.kind, &data.result)
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
    let request = Request::new("GET", url.as_str()).map_err(|error| error.to_string())?;
    Ok(request.timeout(question.timeout).body_limit_bytes(BODY_LIMIT_BYTES))
}

/// The one number of a result; `None` where it is empty.
fn one(kind: &str, result: &serde_json::Value) -> Result<Option<f64>, String> {
    let sample = match (kind, result.as_array().map(Vec::as_slice)) {
        ("scalar", Some(sample)) => sample,
        ("vector", Some([])) => return Ok(None),
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
            return Err(format!(
                "the query answers a {kind}; it must answer one number at one time"
            ));
        }
    };
    let text = sample.get(1).and_then(serde_json::Value::as_str).unwrap_or_default();
    match text.parse::<f64>() {
        Ok(value) => Ok(Some(value)),
        Err(_) => Err(format!("`{}` is no number", redact::shorten(text, 40))),
    }
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
        assert!(vector(&["<b>"]).unwrap_err().contains("`<b>` is no number"));
        assert_eq!(one("scalar", &json!([1, "7"])), Ok(Some(7.0)));
        assert!(one("matrix", &json!([])).unwrap_err().contains("matrix"));
        assert!(one("string", &json!([1, "text"])).unwrap_err().contains("string"));
        assert!(one("vector", &json!("<html>")).is_err());
        assert!(matches!(number(f64::NAN), Said::Missing(_)));
        assert!(matches!(number(f64::INFINITY), Said::Trouble(_)));
    }
}
