//! A mail on its way through a real SMTP server, into a Maildir, to a real IMAP server.

mod support;

use std::time::Duration;

use axum::{Router, routing::get};
use domain::check::{Inbox, ProbeSpec};
use domain::measurement::Phase;
use support::servers::{Server, imap, smtp};
use support::{probe, probe_with};

fn mail(smtp: &Server, inbox: Inbox) -> ProbeSpec {
    ProbeSpec::Mail {
        url: format!("smtp://{}", smtp.address),
        password: None,
        from: "daytwo@example.org".into(),
        to: "watch@example.org".into(),
        inbox,
    }
}

#[tokio::test]
async fn from_smtp_to_imap() {
    let smtp = smtp();
    let maildir = smtp.folder.path().join("Maildir");
    let imap = imap(&maildir, "s3cret");
    let inbox = |password: &str| Inbox {
        url: format!("imap://watch@{}/INBOX", imap.address),
        password: Some(password.into()),
    };
    let seen = probe(mail(&smtp, inbox("s3cret")), &["value < 20000.0"]).await;
    assert_eq!(seen.phase, Phase::Successful, "{} {}", seen.sentence, imap.log());
    assert!(seen.sentence.contains("arrived after"), "{}", seen.sentence);
    assert!(!format!("{seen:?}").contains("s3cret"));
    let left = std::fs::read_dir(maildir.join("cur")).unwrap().count();
    assert_eq!(left, 0, "the mail is deleted once it was seen");
    let wrong = mail(&smtp, inbox("wrong"));
    let seen = probe_with(support::client(), wrong, &[], Duration::from_secs(3)).await;
    assert_eq!(seen.phase, Phase::Inconclusive, "{}", seen.sentence);
    assert!(seen.sentence.contains("could not be looked into"), "{}", seen.sentence);
}

#[tokio::test]
async fn a_mail_that_does_not_arrive_is_a_failure_and_one_not_sent_too() {
    let mut smtp = smtp();
    let catcher = support::serve(Router::new().route("/api", get(|| async { "[]" }))).await;
    let inbox = Inbox { url: format!("http://{catcher}/api"), password: None };
    let seen =
        probe_with(support::client(), mail(&smtp, inbox.clone()), &[], Duration::from_secs(2))
            .await;
    assert_eq!(seen.phase, Phase::Failed, "{}", seen.sentence);
    assert!(seen.sentence.contains("has not arrived within 2 s"), "{}", seen.sentence);
    smtp.kill();
    let seen = probe(mail(&smtp, inbox), &[]).await;
    assert_eq!(seen.phase, Phase::Failed);
    assert!(seen.sentence.contains("refused the connection"), "{}", seen.sentence);
}
