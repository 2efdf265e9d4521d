//! The link of a mail, from a catcher that shows its mails over HTTP.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::client::Request;
use crate::context::ProbeContext;

/// How often the catcher is asked.
const POLL_INTERVAL: Duration = Duration::from_millis(400);

/// Waits for a mail with a link that contains `part`; the first such link, the newest mail standing
/// first as catchers list them.
pub(super) async fn wait(
    context: &ProbeContext<'_>,
    inbox: &str,
    part: &str,
    until: Instant,
) -> Result<String, String> {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(format!("no mail with a link that contains `{part}` has come"));
        }
        let request = Request::get(inbox).map_err(|error| error.to_string())?;
        let request = request.timeout(left).body_limit_bytes(4 * 1024 * 1024);
        let answer = context
            .client
            .send(request)
            .await
            .map_err(|error| format!("the mail catcher could not be asked: {error}"))?;
        let text = answer.text();
        if let Some(link) = link(&text, part) {
            return Ok(link);
        }
        sleep(POLL_INTERVAL.min(left)).await;
    }
}

/// The first address in a text that contains `part`. Texts may be JSON, HTML or quoted-printable.
fn link(text: &str, part: &str) -> Option<String> {
    let plain = text.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=");
    let plain = plain.replace("\\/", "/").replace("\\u0026", "&").replace("&amp;", "&");
    let ends = |c: char| c.is_whitespace() || "\"'<>\\)]}".contains(c);
    ["https://", "http://"]
        .iter()
        .flat_map(|scheme| plain.match_indices(scheme))
        .map(|(at, _)| plain[at..].split(ends).next().unwrap_or_default().trim_end_matches('.'))
        .find(|link| link.contains(part))
        .map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_in_json_html_and_mail() {
        let found = |text: &str| link(text, "/reset");
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
    }
}
