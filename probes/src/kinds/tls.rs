//! The certificate of an HTTPS address: does it verify, is it for this name, how long does it last?
//!
//! The handshake goes through whatever the certificate says, so that a bad one can be described
//! in full; nothing is sent over the connection.

use std::time::Duration;

use domain::measurement::{Finding, Phase};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::certificate::{ServerCertificate, inspect};
use crate::client::{Progress, Reason, SendError, TlsError, authority_of};
use crate::conditions::Facts;
use crate::context::{ProbeContext, parse_base_url};
use crate::outcome::{Outcome, finding, overall, sentence};

const DEFAULT_MIN_DAYS: u32 = 14;

pub(crate) async fn run(context: &ProbeContext<'_>, url: &str, min_days: Option<u32>) -> Outcome {
    let url = match parse_base_url(url) {
        Ok(url) if url.scheme() == "https" => url,
        Ok(url) => {
            let text = format!(
                "{url} is not an https address, so there is no certificate to look at; \
                 expected an https address"
            );
            return Outcome::new(Phase::Error, text, "bad check");
        }
        Err(outcome) => return outcome,
    };
    match look(context, &url).await {
        Ok(certificate) => {
            evaluate(context, &url, &certificate, min_days.unwrap_or(DEFAULT_MIN_DAYS)).await
        }
        Err(error) => Outcome::unreachable(error),
    }
}

async fn look(context: &ProbeContext<'_>, url: &Url) -> Result<ServerCertificate, SendError> {
    let started = Instant::now();
    let deadline = started + context.timeout;
    let progress = Progress::new();
    let looked =
        timeout_at(deadline, inspect(context.client, url, context.now, deadline, &progress)).await;
    let reason = match looked {
        Ok(Ok(certificate)) => return Ok(certificate),
        Ok(Err(reason)) => reason,
        Err(_) => Reason::TimedOut {
            authority: authority_of(url),
            stage: progress.stage(),
            after: context.timeout,
        },
    };
    let elapsed: Duration = started.elapsed();
    Err(SendError { reason, elapsed, exchanges: Vec::new() })
}

async fn evaluate(
    context: &ProbeContext<'_>,
    url: &Url,
    certificate: &ServerCertificate,
    min_days: u32,
) -> Outcome {
    let authority = authority_of(url);
    let findings = vec![verifies(certificate), lasts(certificate, min_days)];
    let phase = overall(&findings);
    let until = certificate.not_after.format("%Y-%m-%d");
    let days = certificate.days_left;
    let text = match &certificate.error {
        Some(trouble) => {
            let also = match trouble {
                TlsError::Expired { .. } => String::new(),
                _ if days < 0 => format!("; it also expired on {until}"),
                _ => String::new(),
            };
            format!("{authority}: {trouble} (issued by {}){also}", certificate.issuer)
        }
        None => format!(
            "the certificate of {authority} is valid for {days} more days, until {until}; expected \
             at least {min_days}"
        ),
    };
    let short = match &certificate.error {
        Some(TlsError::Expired { .. }) => "expired".to_owned(),
        Some(TlsError::WrongName { .. }) => "wrong name".to_owned(),
        Some(TlsError::NotYetValid { .. }) => "not yet".to_owned(),
        Some(TlsError::UnknownIssuer) => "untrusted".to_owned(),
        Some(_) => "invalid".to_owned(),
        None => format!("{days} d"),
    };
    #[expect(clippy::cast_precision_loss, reason = "certificates do not last that long")]
    let value = days as f64;
    let facts = Facts { certificate_days: Some(days), value: Some(value), ..Facts::default() };
    let outcome = Outcome::new(phase, sentence(&text), short)
        .value(value)
        .findings(findings)
        .exchanges(vec![certificate.exchange(&authority)]);
    context.with_conditions(outcome, facts).await
}

fn verifies(certificate: &ServerCertificate) -> Finding {
    const SUBJECT: &str = "the certificate is trusted and for this name";
    match &certificate.error {
        None => finding(SUBJECT, Phase::Successful, format!("issued by {}", certificate.issuer)),
        Some(trouble) => {
            let phase = match trouble.blame() {
                crate::client::Blame::Ours => Phase::Error,
                crate::client::Blame::Service => Phase::Failed,
            };
            finding(SUBJECT, phase, trouble.to_string())
        }
    }
}

fn lasts(certificate: &ServerCertificate, min_days: u32) -> Finding {
    let enough = certificate.days_left >= i64::from(min_days);
    let until = certificate.not_after.format("%Y-%m-%d %H:%M UTC");
    finding(
        format!("at least {min_days} days left"),
        if enough { Phase::Successful } else { Phase::Failed },
        format!("{} days left, until {until}", certificate.days_left),
    )
}
