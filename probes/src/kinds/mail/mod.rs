//! E-mail delivery: a mail is sent by SMTP and must arrive, in a mailbox (IMAP) or at a catcher
//! that shows its mails over HTTP. The value is the time from one to the other.

mod imap;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::check::Inbox;
use domain::measurement::{Exchange, Finding, Phase};
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use tokio::time::{Instant, sleep};
use url::Url;

use super::line_protocol;
use crate::client::{Reason, Request, Stage, authority_of};
use crate::conditions::Facts;
use crate::context::ProbeContext;
use crate::outcome::{Outcome, finding, millis, sentence};
use crate::redact;

/// How often the inbox is looked into.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// A mail to be sent.
pub(crate) struct OutgoingMail<'a> {
    pub(crate) url: &'a str,
    pub(crate) password: Option<&'a str>,
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
}

pub(crate) async fn run(
    context: &ProbeContext<'_>,
    mail: OutgoingMail<'_>,
    inbox: &Inbox,
) -> Outcome {
    let smtp = match line_protocol::address(mail.url, &["smtp", "smtps"]) {
        Ok(url) => {
            let usual = if url.scheme() == "smtps" { 465 } else { 25 };
            line_protocol::with_port(url, usual)
        }
        Err(outcome) => return outcome,
    };
    let began = Instant::now();
    let marker = marker(context);
    let sent = context
        .client
        .within(&smtp, context.timeout, async |deadline, progress| {
            let opened = context.client.connect_tcp(&smtp, deadline, progress).await?;
            let remote = opened.remote;
            drop(opened.stream);
            progress.enter(Stage::FirstByte);
            send(&mail, &smtp, remote, &marker, context.timeout).await?;
            Ok(remote)
        })
        .await;
    let place = authority_of(&smtp);
    let mut exchanges = vec![Exchange {
        request: format!("mail to {} by {place}\nSubject: {marker}", mail.to),
        response_head: String::new(),
        excerpt: String::new(),
        remote_addr: None,
        elapsed_ms: 0,
    }];
    let accepted = match sent {
        Err(error) => return Outcome::unreachable(error),
        Ok((remote, took)) => {
            exchanges[0].remote_addr = Some(remote.to_string());
            exchanges[0].excerpt = "accepted".into();
            exchanges[0].elapsed_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            let said = format!("accepted after {:.0} ms", millis(took));
            finding("the mail is accepted", Phase::Successful, said)
        }
    };
    let arrived = wait(context, inbox, &marker, began).await;
    conclude(context, &place, accepted, arrived, millis(began.elapsed()), exchanges).await
}

/// What marks the mail: no other has it.
fn marker(context: &ProbeContext<'_>) -> String {
    static SENT: AtomicU64 = AtomicU64::new(0);
    let n = SENT.fetch_add(1, Ordering::Relaxed);
    format!(
        "Daytwo delivery check {:x}-{:x}-{n:x}",
        context.now.timestamp_micros(),
        std::process::id()
    )
}

/// What became of the mail.
enum Delivery {
    Arrived,
    NotYet,
    /// The inbox could not be looked into.
    Unknown(String),
}

/// The least time that a look into the inbox is given.
const LEAST_LOOK: Duration = Duration::from_millis(250);

/// Looks into the inbox until the mail is there or time runs out.
async fn wait(context: &ProbeContext<'_>, inbox: &Inbox, marker: &str, began: Instant) -> Delivery {
    let mut trouble = Some("there was no time left to look into it".to_owned());
    loop {
        let left = context.timeout.saturating_sub(began.elapsed());
        // With less time a look fails for want of it, not for the inbox's fault.
        if left < LEAST_LOOK {
            break;
        }
        let found = if inbox.url.starts_with("http") {
            catcher(context, &inbox.url, marker, left).await
        } else {
            imap::find(context, inbox, marker, left).await
        };
        match found {
            Ok(true) => return Delivery::Arrived,
            Ok(false) => trouble = None,
            Err(why) => trouble = Some(why),
        }
        sleep(POLL_INTERVAL.min(context.timeout.saturating_sub(began.elapsed()))).await;
    }
    trouble.map_or(Delivery::NotYet, Delivery::Unknown)
}

async fn catcher(
    context: &ProbeContext<'_>,
    url: &str,
    marker: &str,
    left: Duration,
) -> Result<bool, String> {
    let request = Request::get(url).map_err(|error| error.to_string())?;
    let request = request.timeout(left).body_limit_bytes(4 * 1024 * 1024);
    let answer = context.client.send(request).await.map_err(|error| error.to_string())?;
    if !answer.status.is_success() {
        return Err(format!("the catcher answered {}", answer.status.as_u16()));
    }
    let arrived = answer.text().contains(marker);
    match answer.unread().filter(|_| !arrived) {
        Some(why) => Err(format!("the catcher's answer could not be read: {why}")),
        None => Ok(arrived),
    }
}

async fn conclude(
    context: &ProbeContext<'_>,
    place: &str,
    accepted: Finding,
    arrived: Delivery,
    took: f64,
    exchanges: Vec<Exchange>,
) -> Outcome {
    const SUBJECT: &str = "the mail arrives";
    let (phase, text, short) = match arrived {
        Delivery::Arrived => (
            Phase::Successful,
            format!("a mail sent by {place} arrived after {:.1} s", took / 1_000.0),
            format!("{:.1} s", took / 1_000.0),
        ),
        Delivery::NotYet => (
            Phase::Failed,
            format!(
                "{place} accepted a mail, which has not arrived within {} s",
                context.timeout.as_secs()
            ),
            "not arrived".into(),
        ),
        Delivery::Unknown(why) => (
            Phase::Inconclusive,
            format!("{place} accepted a mail, but the inbox could not be looked into: {why}"),
            "inbox".into(),
        ),
    };
    let facts = Facts {
        value: Some(took),
        response_time_ms: (phase == Phase::Successful).then_some(took),
        ..Facts::default()
    };
    let found = finding(SUBJECT, phase, text.clone());
    let outcome = Outcome::new(phase, sentence(&text), short)
        .value(took)
        .findings(vec![accepted, found])
        .exchanges(exchanges);
    if phase != Phase::Successful {
        return outcome;
    }
    context.with_conditions(outcome, facts).await
}

async fn send(
    mail: &OutgoingMail<'_>,
    smtp: &Url,
    remote: std::net::SocketAddr,
    marker: &str,
    timeout: Duration,
) -> Result<(), Reason> {
    let place = authority_of(smtp);
    let wrong_protocol = |detail: String| Reason::WrongProtocol {
        authority: place.clone(),
        protocol: "SMTP",
        detail: redact::shorten(&redact::printable(&detail), 200),
    };
    let mailbox = |text: &str| -> Result<Mailbox, Reason> {
        text.parse().map_err(|_| wrong_protocol(format!("`{text}` is no address")))
    };
    let message = Message::builder()
        .from(mailbox(mail.from)?)
        .to(mailbox(mail.to)?)
        .subject(marker)
        .body(format!("{marker}\n\nThis mail only shows that mail arrives. It can be deleted.\n"))
        .map_err(|error| wrong_protocol(error.to_string()))?;
    let host = smtp.host_str().unwrap_or_default().to_owned();
    let parameters = TlsParameters::new(host).map_err(|error| wrong_protocol(error.to_string()))?;
    let tls = if smtp.scheme() == "smtps" {
        Tls::Wrapper(parameters)
    } else {
        Tls::Opportunistic(parameters)
    };
    let mut transport =
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(remote.ip().to_string())
            .port(remote.port())
            .tls(tls)
            .hello_name(ClientId::Domain("daytwo.invalid".into()))
            .timeout(Some(timeout));
    if let (Some(user), Some(password)) = (line_protocol::user(smtp), mail.password) {
        transport = transport.credentials(Credentials::new(user, password.to_owned()));
    }
    match transport.build().send(message).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_permanent() || error.is_transient() => Err(Reason::Denied {
            authority: place.clone(),
            detail: redact::shorten(&redact::printable(&error.to_string()), 200),
        }),
        Err(error) => Err(wrong_protocol(error.to_string())),
    }
}
