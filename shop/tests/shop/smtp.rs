//! The mail catcher: with a real client, and with clients that misbehave.

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor, message::header::ContentType,
};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use crate::harness::{Shop, browser};

struct Raw(BufReader<TcpStream>);

#[expect(clippy::unwrap_used, reason = "part of the tests, which may panic")]
impl Raw {
    async fn connect(shop: &Shop) -> Self {
        let stream = TcpStream::connect(shop.ready["smtp"].as_str().unwrap()).await.unwrap();
        let mut raw = Self(BufReader::new(stream));
        assert!(raw.answer().await.starts_with("220 "));
        raw
    }

    /// The last line of an answer; empty where the server hung up.
    async fn answer(&mut self) -> String {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.unwrap();
            if line.as_bytes().get(3) != Some(&b'-') {
                return line.trim_end().to_owned();
            }
        }
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).await.unwrap();
    }

    async fn say(&mut self, line: &str) -> String {
        self.send(format!("{line}\r\n").as_bytes()).await;
        self.answer().await
    }

    async fn envelope(&mut self, to: &str) {
        assert!(self.say("EHLO test").await.starts_with("250 "));
        assert!(self.say("MAIL FROM:<a@example.com>").await.starts_with("250 "));
        assert!(self.say(&format!("RCPT TO:<{to}>")).await.starts_with("250 "));
        assert!(self.say("DATA").await.starts_with("354 "));
    }
}

#[tokio::test]
async fn a_client_library_delivers() {
    let shop = Shop::start(&[]);
    let (host, port) = shop.ready["smtp"].as_str().unwrap().split_once(':').unwrap();
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(port.parse().unwrap())
        .build();
    let text = "Grüße\n.\n..two dots\n.leading dot\nEnd";
    let message = Message::builder()
        .from("A <a@example.com>".parse().unwrap())
        .to("B <b@example.com>".parse().unwrap())
        .cc("c@example.com".parse().unwrap())
        .subject("Größe 5 €")
        .header(ContentType::TEXT_PLAIN)
        .body(text.to_owned())
        .unwrap();
    transport.send(message.clone()).await.unwrap();
    let mail = shop.await_mail("c@example.com", "Größe 5 €").await;
    assert_eq!(mail["to"], json!(["b@example.com", "c@example.com"]));
    assert_eq!(mail["from"], "a@example.com");
    assert_eq!(mail["text"].as_str().unwrap().replace("\r\n", "\n").trim_end(), text);

    let page = browser().get(shop.url("mail", "/mailbox")).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("Größe 5 €"));
    let id = mail["id"].as_str().unwrap();
    let page = browser().get(shop.url("mail", &format!("/mailbox/{id}"))).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("..two dots"));
    let redirect = shop.get("/mailbox").await;
    assert_eq!(redirect.headers()["location"], shop.url("mail", "/mailbox"));

    let api = shop.url("mail", "/mail/api/messages");
    let gone: serde_json::Value =
        browser().delete(&api).send().await.unwrap().json().await.unwrap();
    assert_eq!(gone, json!({"deleted": 1}));
    let answer = browser().get(format!("{api}/{id}")).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(browser().get(format!("{api}/nonsense")).send().await.unwrap().status(), 404);

    // What the client library makes of a refusal.
    shop.switch(json!({"mail_broken": true})).await;
    assert!(transport.send(message).await.unwrap_err().is_transient());
}

#[tokio::test]
async fn commands_out_of_order_are_refused_and_the_conversation_goes_on() {
    let shop = Shop::start(&[]);
    let mut raw = Raw::connect(&shop).await;
    for (line, code) in [
        ("MAIL FROM:<a@example.com>", "503"),
        ("EHLO", "501"),
        ("EHLO test", "250"),
        ("RCPT TO:<b@example.com>", "503"),
        ("DATA", "503"),
        ("STARTTLS", "502"),
        ("AUTH PLAIN AGEAYg==", "502"),
        ("MAIL FROM:a@example.com", "501"),
        ("MAIL FROM:<a@example.com> SIZE=99999999", "552"),
        ("MAIL FROM:<a@example.com>", "250"),
        ("MAIL FROM:<a@example.com>", "503"),
        ("DATA", "503"),
        ("RSET", "250"),
        ("RCPT TO:<b@example.com>", "503"),
        ("VRFY b", "252"),
        ("NOOP", "250"),
        ("GET / HTTP/1.1", "500"),
    ] {
        let answer = raw.say(line).await;
        assert!(answer.starts_with(code), "{line}: {answer}");
    }
    let long = "x".repeat(70_000);
    assert!(raw.say(&long).await.starts_with("500 "));
    assert!(raw.say("NOOP").await.starts_with("250 "));
    assert!(raw.say("QUIT").await.starts_with("221 "));
    assert_eq!(raw.answer().await, "", "the server hangs up after QUIT");
}

#[tokio::test]
async fn a_client_that_only_makes_errors_is_hung_up_on() {
    let shop = Shop::start(&[]);
    let mut raw = Raw::connect(&shop).await;
    for _ in 0..20 {
        assert!(raw.say("nonsense").await.starts_with("500 "));
    }
    assert!(raw.answer().await.starts_with("421 "));
    assert_eq!(raw.answer().await, "");
}

#[tokio::test]
async fn only_a_dot_between_two_line_ends_ends_a_message() {
    let shop = Shop::start(&[]);
    let mut raw = Raw::connect(&shop).await;
    raw.envelope("b@example.com").await;
    // In pieces, with stuffed dots, and with ends that smugglers use.
    for piece in [
        &b"Subject: one\r"[..],
        b"\n\r\n..\r\n..a\r\nx\n.\nRSET\n.\r\nstill here\r\n",
        b".",
        b"\r\n",
    ] {
        raw.send(piece).await;
    }
    assert!(raw.answer().await.starts_with("250 "));
    let mail = shop.await_mail("b@example.com", "one").await;
    assert_eq!(mail["raw"], "Subject: one\r\n\r\n.\r\n.a\r\nx\n.\nRSET\n.\r\nstill here\r\n");
    assert_eq!(shop.mail_to("b@example.com").await.len(), 1);
}

#[tokio::test]
async fn pipelined_commands_are_answered_in_order() {
    let shop = Shop::start(&[]);
    let mut raw = Raw::connect(&shop).await;
    raw.send(
        b"EHLO test\r\nMAIL FROM:<>\r\nRCPT TO:<p@example.com>\r\nDATA\r\n\
          Subject: piped\r\n\r\n.\r\nQUIT\r\n",
    )
    .await;
    for code in ["250", "250", "250", "354", "250", "221"] {
        let answer = raw.answer().await;
        assert!(answer.starts_with(code), "{answer}");
    }
    assert_eq!(shop.await_mail("p@example.com", "piped").await["from"], "");
}

#[tokio::test]
async fn a_message_too_big_is_refused_whole() {
    let shop = Shop::start(&[]);
    for body in ["y".repeat(3 * 1024 * 1024) + "\r\n", "short line\r\n".repeat(200_000)] {
        let mut raw = Raw::connect(&shop).await;
        raw.envelope("big@example.com").await;
        raw.send(b"Subject: big\r\n\r\n").await;
        raw.send(body.as_bytes()).await;
        let answer = raw.say(".").await;
        assert!(answer.starts_with("552 "), "{answer}");
        assert!(raw.say("NOOP").await.starts_with("250 "));
    }
    assert!(shop.mail_to("big@example.com").await.is_empty());
}

#[tokio::test]
async fn a_message_without_its_end_is_not_kept() {
    let shop = Shop::start(&[]);
    let mut raw = Raw::connect(&shop).await;
    raw.envelope("cut@example.com").await;
    raw.send(b"Subject: cut\r\n\r\nhalf a").await;
    drop(raw);
    let mut raw = Raw::connect(&shop).await;
    raw.envelope("whole@example.com").await;
    assert!(raw.say("Subject: whole\r\n\r\n.").await.starts_with("250 "));
    shop.await_mail("whole@example.com", "whole").await;
    assert!(shop.mail_to("cut@example.com").await.is_empty());
}
