//! DNS: has a name records, by the system's name servers or by one that is named?

use std::net::SocketAddr;
use std::time::Duration;

use domain::measurement::{Exchange, Phase};
use hickory_resolver::Resolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RecordType;
use tokio::time::{Instant, timeout};
use url::Url;

use crate::client::{Reason, SendError};
use crate::conditions::Facts;
use crate::context::ProbeContext;
use crate::outcome::{Outcome, finding, millis, sentence};

/// A question: whom, about what name, for which records.
struct Question {
    server: Option<Url>,
    name: String,
    kind: RecordType,
}

/// Reads `dns:name?type=A` and `dns://server:port/name?type=MX` (RFC 4501).
fn read(url: &str) -> Result<Question, String> {
    let parsed = Url::parse(url).map_err(|error| format!("the address cannot be read: {error}"))?;
    if parsed.scheme() != "dns" {
        return Err("the address must be like dns:shop.example.org?type=A".into());
    }
    let name = parsed.path().trim_matches('/').to_owned();
    if name.is_empty() {
        return Err("the address names nothing to look up; dns:shop.example.org?type=A does".into());
    }
    let kind = parsed
        .query_pairs()
        .find(|(key, _)| key.eq_ignore_ascii_case("type"))
        .map_or_else(|| "A".to_owned(), |(_, kind)| kind.to_ascii_uppercase());
    let known = ["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SRV", "SOA", "CAA", "PTR"];
    if !known.contains(&kind.as_str()) {
        return Err(format!("the type must be one of {}, not {kind}", known.join(", ")));
    }
    let kind = kind.parse().map_err(|_| format!("{kind} is no type of record"))?;
    let server = parsed
        .host_str()
        .filter(|host| !host.is_empty())
        .is_some()
        .then(|| super::line_protocol::with_port(parsed.clone(), 53));
    Ok(Question { server, name, kind })
}

/// Whether a check's address can be asked.
pub(crate) fn check(url: &str) -> Result<(), String> {
    read(url).map(drop)
}

pub(crate) async fn run(context: &ProbeContext<'_>, url: &str) -> Outcome {
    let question = match read(url) {
        Ok(question) => question,
        Err(problem) => return Outcome::new(Phase::Error, sentence(&problem), "bad check"),
    };
    let started = Instant::now();
    let asked = match timeout(context.timeout, ask(context, &question)).await {
        Ok(asked) => asked,
        Err(_) => Err(LookupFailure::NoAnswer(format!(
            "no answer within {} s",
            context.timeout.as_secs_f64()
        ))),
    };
    let took = millis(started.elapsed());
    let about = format!("{} {}", question.kind, question.name);
    let exchange = |came: &str| Exchange {
        request: format!("look up {about}"),
        response_head: String::new(),
        excerpt: came.to_owned(),
        remote_addr: None,
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "ms")]
        elapsed_ms: took as u64,
    };
    let records = match asked {
        Ok(records) => records,
        Err(LookupFailure::Refused(error)) => return Outcome::unreachable(error),
        // A name server that is named is what the check is about; the system's are ours.
        Err(LookupFailure::NoAnswer(detail)) => {
            let phase = if question.server.is_some() { Phase::Failed } else { Phase::Error };
            let text = format!("{about} could not be looked up: {detail}");
            return Outcome::new(phase, sentence(&text), "DNS").exchanges(vec![exchange(&detail)]);
        }
    };
    let facts = Facts {
        response_time_ms: Some(took),
        dns_ms: Some(took),
        value: Some(took),
        records: Some(records.clone()),
        ..Facts::default()
    };
    let (phase, what, short) = if records.is_empty() {
        (Phase::Failed, format!("there is no {about}"), "no records".to_owned())
    } else {
        let all = records.join(", ");
        (Phase::Successful, format!("{about} is {all}, in {took:.0} ms"), format!("{took:.0} ms"))
    };
    let outcome = Outcome::new(phase, sentence(&what), short)
        .value(took)
        .findings(vec![finding("the name has records", phase, what)])
        .exchanges(vec![exchange(&records.join("\n"))]);
    context.with_conditions(outcome, facts).await
}

enum LookupFailure {
    Refused(SendError),
    NoAnswer(String),
}

/// The records, none where the name or the records are not there.
async fn ask(
    context: &ProbeContext<'_>,
    question: &Question,
) -> Result<Vec<String>, LookupFailure> {
    let no_answer = |error: &dyn std::fmt::Display| LookupFailure::NoAnswer(error.to_string());
    let builder = match &question.server {
        None => Resolver::builder_tokio().map_err(|error| no_answer(&error))?,
        Some(server) => {
            let address = allowed(context, server).await.map_err(LookupFailure::Refused)?;
            let mut by = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
            by.iter_mut().for_each(|connection| connection.port = address.port());
            let servers = vec![NameServerConfig::new(address.ip(), true, by.to_vec())];
            let config = ResolverConfig::from_parts(None, Vec::new(), servers);
            Resolver::builder_with_config(config, TokioRuntimeProvider::default())
        }
    };
    let mut builder = builder;
    builder.options_mut().timeout = context.timeout.min(Duration::from_secs(5));
    builder.options_mut().attempts = 1;
    // What was answered a moment ago is not what is answered now.
    builder.options_mut().cache_size = 0;
    let resolver = builder.build().map_err(|error| no_answer(&error))?;
    let name = format!("{}.", question.name.trim_end_matches('.'));
    match resolver.lookup(name, question.kind).await {
        Ok(found) => {
            let of_kind =
                found.answers().iter().filter(|record| record.record_type() == question.kind);
            let mut records: Vec<_> = of_kind.map(|record| record.data.to_string()).collect();
            records.sort();
            Ok(records)
        }
        Err(error) if error.is_no_records_found() => Ok(Vec::new()),
        Err(error) => Err(no_answer(&error)),
    }
}

/// The address of a name server, where the guard lets us ask it.
async fn allowed(context: &ProbeContext<'_>, server: &Url) -> Result<SocketAddr, SendError> {
    let started = Instant::now();
    context.client.allowed_address(server).await.map_err(|reason: Reason| SendError {
        reason,
        elapsed: started.elapsed(),
        exchanges: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read_as_in_rfc_4501() {
        let of = |url: &str| {
            let question = read(url).unwrap();
            let server = question.server.as_ref().map(crate::client::authority_of);
            (server, question.name, question.kind.to_string())
        };
        assert_eq!(of("dns:shop.example.org"), (None, "shop.example.org".into(), "A".into()));
        assert_eq!(
            of("dns://192.0.2.53/shop.example.org?type=mx"),
            (Some("192.0.2.53:53".into()), "shop.example.org".into(), "MX".into())
        );
        assert!(read("dns:?type=A").is_err());
        assert!(read("dns:a.example?type=AXFR").is_err_and(|why| why.contains("one of A")));
        assert!(read("https://a.example").is_err());
    }
}
