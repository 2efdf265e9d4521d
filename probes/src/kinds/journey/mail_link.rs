//! The link of a mail, from a catcher that shows its mails over HTTP.
//!
//! It is one that came after the journey's own request, in whatever order the catcher lists its mails:
//! before each step that may send a mail it is noted which links there are. What came before the last
//! of these steps but after the first is taken only where nothing newer comes, since a journey may do
//! something else while its mail is on the way.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::browser::StepError;
use crate::client::Request;
use crate::context::ProbeContext;

/// How often the catcher is asked.
const POLL_INTERVAL: Duration = Duration::from_millis(400);
/// How long a look into the catcher may take before a step.
const LOOK: Duration = Duration::from_secs(5);
/// A look at the inbox with less time than this fails for want of time, not for the catcher's fault.
const LEAST_LOOK: Duration = Duration::from_millis(250);

/// The most bytes of a link; a longer one is none that somebody is meant to follow.
const LINK_BYTES: usize = 8 * 1024;
/// The most links of one look.
const LINKS: usize = 10_000;

/// How often each link stands in an inbox.
type Links = HashMap<String, usize>;

/// What is known of an inbox.
#[derive(Default)]
pub(super) struct Inbox {
    /// What was there when the journey began.
    first: Option<Links>,
    /// What was there before the last step that may have sent a mail.
    last: Option<Links>,
    /// The catcher did not answer once: it is not asked before each step again.
    broken: bool,
}

impl Inbox {
    /// Notes what is there now, before a step that may send a mail.
    pub(super) async fn note(&mut self, context: &ProbeContext<'_>, inbox: &str, part: &str) {
        if self.broken {
            return;
        }
        match look(context, inbox, part, LOOK).await {
            Ok(links) => {
                let counted = counted(&links);
                self.first.get_or_insert_with(|| counted.clone());
                self.last = Some(counted);
            }
            Err(_) => self.broken = true,
        }
    }

    /// Waits for a mail of this journey with a link that contains `part`.
    pub(super) async fn wait(
        &self,
        context: &ProbeContext<'_>,
        inbox: &str,
        part: &str,
        until: Instant,
    ) -> Result<String, StepError> {
        let (Some(first), Some(last), false) = (&self.first, &self.last, self.broken) else {
            return Err(StepError::Catcher(match look(context, inbox, part, LOOK).await {
                Err(why) => why,
                Ok(_) => "the mail catcher could not be asked before the mail was sent, so that \
                          new mails cannot be told from old ones"
                    .into(),
            }));
        };
        let began = Instant::now();
        let patience = began + until.saturating_duration_since(began) / 2;
        let mut trouble = None;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left < LEAST_LOOK {
                let said = format!("no new mail with a link that contains `{part}` has come");
                return Err(trouble.map_or(StepError::Page(said), StepError::Catcher));
            }
            let links = match look(context, inbox, part, left).await {
                Ok(links) => {
                    trouble = None;
                    links
                }
                Err(why) => {
                    trouble = Some(why);
                    Vec::new()
                }
            };
            if let Some(link) = newer(&links, last) {
                return Ok(link);
            }
            if Instant::now() >= patience
                && let Some(link) = newer(&links, first)
            {
                return Ok(link);
            }
            sleep(POLL_INTERVAL.min(left)).await;
        }
    }
}

/// The links that contain `part` in the mails a catcher shows.
async fn look(
    context: &ProbeContext<'_>,
    inbox: &str,
    part: &str,
    limit: Duration,
) -> Result<Vec<String>, String> {
    let request = Request::get(inbox).map_err(|error| error.to_string())?;
    let request = request.timeout(limit).body_limit_bytes(4 * 1024 * 1024);
    let answer = context
        .client
        .send(request)
        .await
        .map_err(|error| format!("the mail catcher could not be asked: {error}"))?;
    match answer.status.as_u16() {
        200..300 if answer.unread().is_some() => {
            let why = answer.unread().unwrap_or_default();
            Err(format!("the mail catcher's answer could not be read: {why}"))
        }
        200..300 => Ok(links(&answer.text(), part)),
        // Catchers say so where there is no such mail yet.
        404 => Ok(Vec::new()),
        status => Err(format!("the mail catcher answered {status}")),
    }
}

fn counted(links: &[String]) -> Links {
    let mut counted = Links::new();
    for link in links {
        *counted.entry(link.clone()).or_default() += 1;
    }
    counted
}

/// The first link that stands there oftener than before.
fn newer(links: &[String], before: &Links) -> Option<String> {
    let now = counted(links);
    let more = |link: &&String| now.get(*link) > before.get(*link);
    links.iter().find(more).cloned()
}

/// The addresses in a text that contain `part`. Texts may be JSON, HTML or quoted-printable.
fn links(text: &str, part: &str) -> Vec<String> {
    let plain = text.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=");
    let plain = plain.replace("\\/", "/").replace("\\u0026", "&").replace("&amp;", "&");
    let ends = |c: char| c.is_whitespace() || "\"'<>\\)]}".contains(c);
    // Each is looked for behind the one before it, so that nothing is gone through twice.
    let mut rest = plain.as_str();
    let mut found = Vec::new();
    while let Some(at) = rest.find("http")
        && found.len() < LINKS
    {
        let here = &rest[at..];
        if !["https://", "http://"].iter().any(|scheme| here.starts_with(scheme)) {
            rest = &here["http".len()..];
            continue;
        }
        let end = here.find(ends).unwrap_or(here.len());
        let link = here[..end].trim_end_matches(['.', ',', ';']);
        if link.len() <= LINK_BYTES && link.contains(part) {
            found.push(link.to_owned());
        }
        rest = &here[end..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_in_json_html_and_mail() {
        let found = |text: &str| links(text, "/reset").into_iter().next();
        let there = Some("http://shop.example.org/reset?token=a1&x=2".to_owned());
        assert_eq!(
            found(r#"[{"text": "Go to http://shop.example.org/reset?token=a1\u0026x=2\nBye"}]"#),
            there
        );
        assert_eq!(
            found(r#"<a href="http://shop.example.org/reset?token=a1&amp;x=2">here</a>"#),
            there
        );
        assert_eq!(
            found("See http://shop.example.org/re=\nset?token=3Da1&x=3D2.\n").as_deref(),
            Some("http://shop.example.org/reset?token=a1&x=2")
        );
        assert_eq!(found("http://shop.example.org/welcome"), None);
        assert_eq!(found("no http here, but http://shop.example.org/reset?token=a1&x=2"), there);
    }

    #[test]
    fn a_text_that_is_all_links_is_gone_through_once() {
        let link = "http://shop.example.org/reset?n=1";
        let nested = "http://".repeat(500_000);
        // One that never ends is none.
        assert_eq!(links(&format!("{nested}/reset {link}"), "/reset"), [link]);
        let many = format!("{link} ").repeat(20_000);
        assert_eq!(links(&many, "/reset").len(), LINKS);
    }

    #[test]
    fn only_what_was_not_there_before_is_new() {
        let link = |n: u32| format!("http://shop.example.org/reset?n={n}");
        let all = |numbers: &[u32]| numbers.iter().map(|n| link(*n)).collect::<Vec<_>>();
        let before = counted(&all(&[1, 2]));
        assert_eq!(newer(&all(&[1, 2]), &before), None);
        assert_eq!(newer(&all(&[2, 1]), &before), None, "in another order");
        assert_eq!(newer(&all(&[1, 2, 3]), &before), Some(link(3)), "the oldest first");
        assert_eq!(newer(&all(&[3, 2, 1]), &before), Some(link(3)), "the newest first");
        assert_eq!(newer(&all(&[2]), &before), None, "one was deleted");
        assert_eq!(newer(&all(&[1, 2, 2]), &before), Some(link(2)), "the same link once more");
    }
}
