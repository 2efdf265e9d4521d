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

use super::talk;
use crate::client::{Reason, Request, Stage, authority_of};
use crate::conditions::Facts;
use crate::context::Run;
use crate::outcome::{Outcome, finding, millis, sentence};
use crate::redact;

/// How often the inbox is looked into.
const LOOK: Duration = Duration::from_millis(500);

/// A mail to be sent.
pub(crate) struct Letter<'a> {
    pub(crate) url: &'a str,
    pub(crate) password: Option<&'a str>,
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
}

pub(crate) async fn run(run: &Run<'_>, letter: Letter<'_>, inbox: &Inbox) -> Outcome {
    let smtp = match talk::address(letter.url, &["smtp", "smtps"]) {
        Ok(url) => {
            let usual = if url.scheme() == "smtps" { 465 } else { 25 };
            talk::with_port(url, usual)
        }
        Err(outcome) => return outcome,
    };
    let began = Instant::now();
    let mark = mark(run);
    let sent = run
        .client
        .within(&smtp, run.timeout, async |deadline, progress| {
            let opened = run.client.open(&smtp, deadline, progress).await?;
            let remote = opened.remote;
            drop(opened.stream);
            progress.enter(Stage::FirstByte);
            send(&letter, &smtp, remote, &mark, run.timeout).await?;
            Ok(remote)
        })
        .await;
    let place = authority_of(&smtp);
    let mut exchanges = vec![Exchange {
        request: format!("mail to {} by {place}\nSubject: {mark}", letter.to),
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
    let arrived = wait(run, inbox, &mark, began).await;
    conclude(run, &place, accepted, arrived, millis(began.elapsed()), exchanges)
}

/// What marks the mail: no other has it.
fn mark(run: &Run<'_>) -> String {
    static SENT: AtomicU64 = AtomicU64::new(0);
    let n = SENT.fetch_add(1, Ordering::Relaxed);
    format!("Daytwo delivery check {:x}-{:x}-{n:x}", run.now.timestamp_micros(), std::process::id())
}

/// What became of the mail.
enum Arrived {
    There,
    NotYet,
    /// The inbox could not be looked into.
    Unknown(String),
}

/// Looks into the inbox until the mail is there or time runs out.
async fn wait(run: &Run<'_>, inbox: &Inbox, mark: &str, began: Instant) -> Arrived {
    let mut trouble = None;
    while began.elapsed() < run.timeout {
        let left = run.timeout.saturating_sub(began.elapsed());
        let looked = if inbox.url.starts_with("http") {
            catcher(run, &inbox.url, mark, left).await
        } else {
            imap::look(run, inbox, mark, left).await
        };
        match looked {
            Ok(true) => return Arrived::There,
            Ok(false) => trouble = None,
            Err(why) => trouble = Some(why),
        }
        sleep(LOOK.min(run.timeout.saturating_sub(began.elapsed()))).await;
    }
    trouble.map_or(Arrived::NotYet, Arrived::Unknown)
}

async fn catcher(run: &Run<'_>, url: &str, mark: &str, left: Duration) -> Result<bool, String> {
    let request = Request::get(url).map_err(|error| error.to_string())?;
    let request = request.timeout(left).body_limit_bytes(4 * 1024 * 1024);
    let answer = run.client.send(request).await.map_err(|error| error.to_string())?;
    if !answer.status.is_success() {
        return Err(format!("the catcher answered {}", answer.status.as_u16()));
    }
    Ok(answer.text().contains(mark))
}

fn conclude(
    run: &Run<'_>,
    place: &str,
    accepted: Finding,
    arrived: Arrived,
    took: f64,
    exchanges: Vec<Exchange>,
) -> Outcome {
    const SUBJECT: &str = "the mail arrives";
    let (phase, text, short) = match arrived {
        Arrived::There => (
            Phase::Successful,
            format!("a mail sent by {place} arrived after {:.1} s", took / 1_000.0),
            format!("{:.1} s", took / 1_000.0),
        ),
        Arrived::NotYet => (
            Phase::Failed,
            format!(
                "{place} accepted a mail, which has not arrived within {} s",
                run.timeout.as_secs()
            ),
            "not arrived".into(),
        ),
        Arrived::Unknown(why) => (
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
    if phase == Phase::Successful { run.with_conditions(outcome, &facts) } else { outcome }
}

async fn send(
    letter: &Letter<'_>,
    smtp: &Url,
    remote: std::net::SocketAddr,
    mark: &str,
    timeout: Duration,
) -> Result<(), Reason> {
    let place = authority_of(smtp);
    let spoken = |detail: String| Reason::NotSpoken {
        authority: place.clone(),
        protocol: "SMTP",
        detail: redact::shorten(&redact::printable(&detail), 200),
    };
    let mailbox = |text: &str| -> Result<Mailbox, Reason> {
        text.parse().map_err(|_| spoken(format!("`{text}` is no address")))
    };
    let message = Message::builder()
        .from(mailbox(letter.from)?)
        .to(mailbox(letter.to)?)
        .subject(mark)
        .body(format!("{mark}\n\nThis mail only shows that mail arrives. It can be deleted.\n"))
        .map_err(|error| spoken(error.to_string()))?;
    let host = smtp.host_str().unwrap_or_default().to_owned();
    let parameters = TlsParameters::new(host).map_err(|error| spoken(error.to_string()))?;
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
    if let (Some(user), Some(password)) = (talk::user(smtp), letter.password) {
        transport = transport.credentials(Credentials::new(user, password.to_owned()));
    }
    match transport.build().send(message).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_permanent() || error.is_transient() => Err(Reason::Denied {
            authority: place.clone(),
            detail: redact::shorten(&redact::printable(&error.to_string()), 200),
        }),
        Err(error) => Err(spoken(error.to_string())),
    }
}
