//! gRPC: does the server say that it serves, by the standard health service (`grpc.health.v1`)?

use domain::measurement::Phase;
use hyper_util::rt::TokioIo;
use tonic::transport::Endpoint;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use super::line_protocol::{self, Transcript};
use crate::client::{Reason, Stage, authority_of};
use crate::context::ProbeContext;
use crate::outcome::{Outcome, finding, millis};
use crate::redact;

pub(crate) async fn run(context: &ProbeContext<'_>, url: &str, service: Option<&str>) -> Outcome {
    let url = match line_protocol::address(url, &["grpc", "grpcs"]) {
        Ok(url) => line_protocol::with_port(url, 443),
        Err(outcome) => return outcome,
    };
    let place = authority_of(&url);
    let tls = url.scheme() == "grpcs";
    let result = context
        .client
        .within(&url, context.timeout, async |deadline, progress| {
            let connection = context.client.connect(&url, tls, &["h2"], deadline, progress).await?;
            progress.enter(Stage::FirstByte);
            let (remote, timing) = (connection.remote, connection.timing);
            // The one connection the guard has allowed; a second is never opened.
            let mut io = Some(TokioIo::new(connection.stream));
            let connect = tower::service_fn(move |_| {
                let io = io.take().ok_or_else(|| std::io::Error::other("the connection is gone"));
                std::future::ready(io)
            });
            let wrong_protocol = |detail: String| Reason::WrongProtocol {
                authority: place.clone(),
                protocol: "gRPC",
                detail,
            };
            // Encryption is below; what is said over it is the same.
            let endpoint = Endpoint::from_shared(format!("http://{place}"))
                .map_err(|error| wrong_protocol(error.to_string()))?;
            let channel = endpoint
                .connect_with_connector(connect)
                .await
                .map_err(|error| wrong_protocol(error.to_string()))?;
            let request = HealthCheckRequest { service: service.unwrap_or_default().to_owned() };
            let answer = HealthClient::new(channel).check(request).await;
            let status = match answer {
                Ok(answer) => answer.into_inner().status().as_str_name().to_owned(),
                Err(status) => match status.code() {
                    tonic::Code::Unavailable | tonic::Code::Unknown | tonic::Code::Internal => {
                        return Err(wrong_protocol(shortened(status.message())));
                    }
                    code => {
                        return Err(Reason::Denied {
                            authority: place.clone(),
                            detail: format!("{code:?} {}", shortened(status.message())),
                        });
                    }
                },
            };
            Ok((status, remote, timing))
        })
        .await;
    match result {
        Err(error) => Outcome::unreachable(error),
        Ok(((status, remote, timing), took)) => {
            let of = service.map(|name| format!(" of {name}")).unwrap_or_default();
            let transcript = Transcript {
                sent: format!("grpc.health.v1.Health/Check{of} to {place}"),
                received: status.clone(),
                remote: remote.to_string(),
                timing,
                took_ms: millis(took),
            };
            let what = format!("{place} says {status}{of} in {:.0} ms", transcript.took_ms);
            let serves = status == "SERVING";
            let phase = if serves { Phase::Successful } else { Phase::Failed };
            let mut outcome = line_protocol::conclude(
                context,
                &what,
                finding("it serves", phase, &status),
                &transcript,
            )
            .await;
            if !serves {
                outcome.short = status.to_lowercase().replace('_', " ");
            }
            outcome
        }
    }
}

fn shortened(text: &str) -> String {
    redact::shorten(&redact::printable(text), 200)
}
