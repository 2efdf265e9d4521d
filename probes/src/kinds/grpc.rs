//! gRPC: does the server say that it serves, by the standard health service (`grpc.health.v1`)?

use domain::measurement::Phase;
use hyper_util::rt::TokioIo;
use tonic::transport::Endpoint;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use super::talk::{self, Talk};
use crate::client::{Reason, Stage, authority_of};
use crate::context::Run;
use crate::outcome::{Outcome, finding, millis};
use crate::redact;

pub(crate) async fn run(run: &Run<'_>, url: &str, service: Option<&str>) -> Outcome {
    let url = match talk::address(url, &["grpc", "grpcs"]) {
        Ok(url) => talk::with_port(url, 443),
        Err(outcome) => return outcome,
    };
    let place = authority_of(&url);
    let tls = url.scheme() == "grpcs";
    let looked = run
        .client
        .within(&url, run.timeout, async |deadline, progress| {
            let line = run.client.line(&url, tls, &["h2"], deadline, progress).await?;
            progress.enter(Stage::FirstByte);
            let (remote, timing) = (line.remote, line.timing);
            // The one connection the guard has allowed; a second is never opened.
            let mut io = Some(TokioIo::new(line.stream));
            let connect = tower::service_fn(move |_| {
                let io = io.take().ok_or_else(|| std::io::Error::other("the connection is gone"));
                std::future::ready(io)
            });
            let spoken = |detail: String| Reason::NotSpoken {
                authority: place.clone(),
                protocol: "gRPC",
                detail,
            };
            // Encryption is below; what is said over it is the same.
            let endpoint = Endpoint::from_shared(format!("http://{place}"))
                .map_err(|error| spoken(error.to_string()))?;
            let channel = endpoint
                .connect_with_connector(connect)
                .await
                .map_err(|error| spoken(error.to_string()))?;
            let request = HealthCheckRequest { service: service.unwrap_or_default().to_owned() };
            let answer = HealthClient::new(channel).check(request).await;
            let status = match answer {
                Ok(answer) => answer.into_inner().status().as_str_name().to_owned(),
                Err(status) => match status.code() {
                    tonic::Code::Unavailable | tonic::Code::Unknown | tonic::Code::Internal => {
                        return Err(spoken(shortened(status.message())));
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
    match looked {
        Err(error) => Outcome::unreachable(error),
        Ok(((status, remote, timing), took)) => {
            let of = service.map(|name| format!(" of {name}")).unwrap_or_default();
            let talk = Talk {
                sent: format!("grpc.health.v1.Health/Check{of} to {place}"),
                came: status.clone(),
                remote: remote.to_string(),
                timing,
                took_ms: millis(took),
            };
            let what = format!("{place} says {status}{of} in {:.0} ms", talk.took_ms);
            let serves = status == "SERVING";
            let phase = if serves { Phase::Successful } else { Phase::Failed };
            let mut outcome = talk::judged(run, &what, finding("it serves", phase, &status), &talk);
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
