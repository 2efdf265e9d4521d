//! The caught messages, newest last, bounded in number and size.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use mailparse::{MailHeaderMap, ParsedMail};
use serde::Serialize;
use uuid::Uuid;

/// Most messages kept.
const MOST: usize = 500;
/// Most bytes kept, over all messages.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// A message as it was received.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// Its id, in the order of arrival.
    pub id: Uuid,
    /// Envelope sender; empty for bounces.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// The `Subject` header, decoded.
    pub subject: String,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// Size of the message in bytes.
    pub size_bytes: usize,
    #[serde(skip)]
    raw: Vec<u8>,
}

/// A message with its content.
#[derive(Debug, Serialize)]
pub struct Opened {
    /// What the list shows of it.
    #[serde(flatten)]
    pub message: Message,
    /// All headers, decoded, in order.
    pub headers: Vec<(String, String)>,
    /// The text, decoded.
    pub text: String,
    /// Addresses (`http://…`, `https://…`) found in the text.
    pub links: Vec<String>,
    /// The message as it came.
    pub raw: String,
}

/// The caught messages.
#[derive(Debug, Default)]
pub struct Inbox(Mutex<VecDeque<Message>>);

impl Inbox {
    /// Keeps a message and answers its id.
    pub fn keep(&self, from: String, to: Vec<String>, raw: Vec<u8>) -> Uuid {
        let subject = mailparse::parse_headers(&raw)
            .ok()
            .and_then(|(headers, _)| headers.get_first_value("Subject"))
            .unwrap_or_default();
        let message = Message {
            id: Uuid::now_v7(),
            from,
            to,
            subject,
            received_at: crate::clock::now(),
            size_bytes: raw.len(),
            raw,
        };
        let id = message.id;
        let mut messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        messages.push_back(message);
        let mut bytes: usize = messages.iter().map(|message| message.size_bytes).sum();
        while messages.len() > MOST || (bytes > MOST_BYTES && messages.len() > 1) {
            bytes -= messages.pop_front().map_or(0, |message| message.size_bytes);
        }
        id
    }

    /// What was caught, newest first; only to `to` if given, at most `limit`.
    pub fn list(&self, to: Option<&str>, limit: usize) -> Vec<Message> {
        let messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = messages.iter().rev().filter(|message| {
            to.is_none_or(|to| message.to.iter().any(|one| one.eq_ignore_ascii_case(to)))
        });
        wanted.take(limit).cloned().collect()
    }

    /// One message with its content.
    pub fn open(&self, id: Uuid) -> Option<Opened> {
        let messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let message = messages.iter().find(|message| message.id == id)?.clone();
        drop(messages);
        let raw = String::from_utf8_lossy(&message.raw).into_owned();
        let (headers, text) = match mailparse::parse_mail(&message.raw) {
            Ok(mail) => (
                mail.headers.iter().map(|h| (h.get_key(), h.get_value())).collect(),
                plain_text(&mail).unwrap_or_default(),
            ),
            Err(_) => (Vec::new(), raw.clone()),
        };
        let links = links(&text);
        Some(Opened { message, headers, text, links, raw })
    }

    /// Throws everything away; answers how many there were.
    pub fn clear(&self) -> usize {
        let mut messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *messages).len()
    }
}

/// The first text part, `text/plain` before any other.
fn plain_text(mail: &ParsedMail<'_>) -> Option<String> {
    let of_type = |wanted: &str| {
        let part = mail.parts().find(|part| {
            part.subparts.is_empty() && part.ctype.mimetype.eq_ignore_ascii_case(wanted)
        });
        part.and_then(|part| part.get_body().ok())
    };
    of_type("text/plain").or_else(|| of_type("text/html"))
}

fn links(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\''));
    let links = words.filter(|word| word.starts_with("http://") || word.starts_with("https://"));
    links.map(|link| link.trim_end_matches(['.', ',', ')']).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_subjects_texts_and_links_are_read() {
        let inbox = Inbox::default();
        let raw = "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nContent-Type: text/plain; charset=utf-8\r\n\
                   Content-Transfer-Encoding: quoted-printable\r\n\r\nsee <https://a.example/x?to=\r\nken=3D1>, soon.=\r\n";
        let id =
            inbox.keep("a@b.example".into(), vec!["C@d.example".into()], raw.as_bytes().to_vec());
        let opened = inbox.open(id).unwrap();
        assert_eq!(opened.message.subject, "Grüße");
        assert_eq!(opened.links, ["https://a.example/x?token=1"]);
        assert_eq!(inbox.list(Some("c@D.example"), 10).len(), 1);
        assert_eq!(inbox.list(Some("x@d.example"), 10).len(), 0);
        assert_eq!(inbox.clear(), 1);
        assert!(inbox.open(id).is_none());
    }

    #[test]
    fn the_oldest_go_first() {
        let inbox = Inbox::default();
        let first = inbox.keep(String::new(), vec![], b"Subject: 0\r\n\r\n".to_vec());
        for n in 1..=MOST {
            inbox.keep(String::new(), vec![], format!("Subject: {n}\r\n\r\n").into_bytes());
        }
        assert!(inbox.open(first).is_none());
        let all = inbox.list(None, usize::MAX);
        assert_eq!(all.len(), MOST);
        assert_eq!(all[0].subject, MOST.to_string());
    }
}
