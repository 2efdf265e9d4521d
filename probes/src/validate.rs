//! Tells whether a check can be run as it is written, before it is stored.

use domain::check::ProbeSpec;
use thiserror::Error;

use crate::client::{Request, RequestError, parse_url};
use crate::conditions::{Condition, ConditionError};

/// Why a check cannot be run as written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CheckError {
    /// Its request.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// One of its conditions.
    #[error("condition {}: {error}", .index + 1)]
    Condition {
        /// Which one, from 0.
        index: usize,
        /// What is wrong with it.
        error: ConditionError,
    },
    /// What its kind asks for.
    #[error("{0}")]
    Other(String),
    /// A certificate is asked for where there is none.
    #[error("a tls check needs an https address, since `{0}` has no certificate")]
    NotHttps(String),
}

/// Reads a check's conditions and checks its address, method and headers. Whether the guard lets
/// it go there is only known when it is run.
///
/// # Errors
/// The first thing that is wrong, in a sentence for whoever wrote the check.
pub fn validate<S: AsRef<str>>(
    spec: &ProbeSpec,
    conditions: &[S],
) -> Result<Vec<Condition>, CheckError> {
    match spec {
        ProbeSpec::Http { url, method, headers, .. } => {
            let url = parse_url(url).map(|_| url)?;
            let mut request = Request::new(method.as_deref().unwrap_or("GET"), url)?;
            for (name, value) in headers {
                request = request.header(name, value)?;
            }
        }
        ProbeSpec::Tls { url, .. } => {
            let url = parse_url(url)?;
            if url.scheme() != "https" {
                return Err(CheckError::NotHttps(crate::redact::url(&url)));
            }
        }
        ProbeSpec::HttpsRedirect { url }
        | ProbeSpec::Hsts { url, .. }
        | ProbeSpec::ExposedFiles { url }
        | ProbeSpec::DebugMode { url }
        | ProbeSpec::Prometheus { url, .. } => drop(parse_url(url)?),
        ProbeSpec::HttpSteps { steps } => {
            crate::kinds::http_steps::check(steps).map_err(CheckError::Other)?;
        }
        // What cannot be replayed was refused when the recording was read.
        ProbeSpec::Journey { recording, secrets } => {
            if let Some(name) = recording.names().iter().find(|name| !secrets.contains_key(*name)) {
                let said =
                    format!("the recording names `{name}`, and no secret of that name is given");
                return Err(CheckError::Other(said));
            }
        }
        ProbeSpec::Dns { url } => crate::kinds::dns::check(url).map_err(CheckError::Other)?,
        ProbeSpec::Tcp { url, .. }
        | ProbeSpec::Reachable { url }
        | ProbeSpec::Websocket { url, .. }
        | ProbeSpec::Grpc { url, .. }
        | ProbeSpec::Postgres { url, .. }
        | ProbeSpec::Mysql { url, .. }
        | ProbeSpec::Redis { url, .. }
        | ProbeSpec::Mail { url, .. } => {
            if let Err(error) = url::Url::parse(url) {
                return Err(CheckError::Other(format!("the address cannot be read: {error}")));
            }
        }
    }
    let read = |(index, text): (usize, &S)| {
        Condition::parse(text.as_ref()).map_err(|error| CheckError::Condition { index, error })
    };
    conditions.iter().enumerate().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http(url: &str, method: &str) -> ProbeSpec {
        ProbeSpec::Http {
            url: url.to_owned(),
            method: Some(method.to_owned()),
            headers: [("accept".to_owned(), "text/html".to_owned())].into(),
            body: None,
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let say = |spec: &ProbeSpec, conditions: &[&str]| {
            validate(spec, conditions).map(|read| read.len()).map_err(|error| error.to_string())
        };
        let good = http("https://example.org/", "get");
        assert_eq!(say(&good, &["status == 200", "response_time_ms < 200"]), Ok(2));
        let error = say(&good, &["status == 200", "stauts == 200"]).unwrap_err();
        assert!(error.starts_with("condition 2: `stauts` is not a field"), "{error}");
        let error = say(&http("https://example.org/", "TRACE"), &[]).unwrap_err();
        assert!(error.contains("`TRACE`"), "{error}");
        let error = say(&http("ftp://u:geheim@example.org/", "GET"), &[]).unwrap_err();
        assert!(error.contains("scheme is ftp") && !error.contains("geheim"), "{error}");
        let tls = ProbeSpec::Tls { url: "http://example.org/".to_owned(), min_days: None };
        assert!(say(&tls, &[]).unwrap_err().contains("https address"));
    }
}
