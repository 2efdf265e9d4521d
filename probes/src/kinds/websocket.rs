//! A WebSocket: does it open, and is what is sent answered as expected?

use std::collections::BTreeMap;

use domain::measurement::Phase;
use futures::{SinkExt as _, StreamExt as _};
use tokio_tungstenite::tungstenite::{
    self, Message, client::IntoClientRequest as _, protocol::WebSocketConfig,
};
use url::Url;

use super::line_protocol::{self, Transcript};
use crate::client::{Reason, Stage, authority_of};
use crate::context::ProbeContext;
use crate::outcome::{Outcome, finding, millis, sentence};
use crate::redact;

/// The longest message that is read, in bytes.
const MESSAGE_MAX: usize = 256 * 1024;
/// The most messages that are looked through for what is expected.
const MESSAGES: usize = 100;

pub(crate) async fn run(
    context: &ProbeContext<'_>,
    url: &str,
    headers: &BTreeMap<String, String>,
    send: Option<&str>,
    expect: Option<&str>,
) -> Outcome {
    let url = match line_protocol::address(url, &["ws", "wss"]) {
        Ok(url) => url,
        Err(outcome) => return outcome,
    };
    let request = match request(&url, headers) {
        Ok(request) => request,
        Err(problem) => return Outcome::new(Phase::Error, sentence(&problem), "bad check"),
    };
    let place = authority_of(&url);
    let tls = url.scheme() == "wss";
    let result = context
        .client
        .within(&url, context.timeout, async |deadline, progress| {
            let connection =
                context.client.connect(&url, tls, &["http/1.1"], deadline, progress).await?;
            progress.enter(Stage::FirstByte);
            let limits = WebSocketConfig::default()
                .max_message_size(Some(MESSAGE_MAX))
                .max_frame_size(Some(MESSAGE_MAX));
            let (remote, timing) = (connection.remote, connection.timing);
            let opened = tokio_tungstenite::client_async_with_config(
                request,
                connection.stream,
                Some(limits),
            );
            let (mut socket, _) = opened.await.map_err(|error| reason(&error, &place))?;
            if let Some(send) = send {
                let sent = socket.send(Message::text(send)).await;
                sent.map_err(|error| reason(&error, &place))?;
            }
            let mut received = String::new();
            if let Some(expect) = expect {
                progress.enter(Stage::Body);
                for _ in 0..MESSAGES {
                    let Some(message) = socket.next().await else { break };
                    let message = message.map_err(|error| reason(&error, &place))?;
                    if let Ok(text) = message.to_text()
                        && !message.is_close()
                    {
                        received = text.to_owned();
                        if received.contains(expect) {
                            break;
                        }
                    }
                }
            }
            let _ = socket.close(None).await;
            Ok((received, remote, timing))
        })
        .await;
    match result {
        Err(error) => Outcome::unreachable(error),
        Ok(((received, remote, timing), took)) => {
            let shown = redact::url(&url);
            let sent = send.map_or_else(
                || format!("open {shown}"),
                |send| format!("open {shown}\n{}", redact::text(send)),
            );
            let transcript = Transcript {
                sent,
                received,
                remote: remote.to_string(),
                timing,
                took_ms: millis(took),
            };
            match line_protocol::contains(&transcript.received, expect) {
                Ok(()) => {
                    let what =
                        format!("{shown} opened and answered in {:.0} ms", transcript.took_ms);
                    line_protocol::success(context, &what, "the WebSocket opens", &transcript).await
                }
                Err(problem) => {
                    let found = finding("the message is as expected", Phase::Failed, &problem);
                    line_protocol::conclude(
                        context,
                        &format!("{shown}: {problem}"),
                        found,
                        &transcript,
                    )
                    .await
                }
            }
        }
    }
}

fn request(
    url: &Url,
    headers: &BTreeMap<String, String>,
) -> Result<tungstenite::handshake::client::Request, String> {
    let mut request = url.as_str().into_client_request().map_err(|error| error.to_string())?;
    for (name, value) in headers {
        let bad = || format!("the header `{name}` cannot be sent");
        let name: http::HeaderName = name.parse().map_err(|_| bad())?;
        request.headers_mut().insert(name, value.parse().map_err(|_| bad())?);
    }
    Ok(request)
}

fn reason(error: &tungstenite::Error, place: &str) -> Reason {
    let authority = place.to_owned();
    match error {
        tungstenite::Error::Http(answer) => Reason::Denied {
            authority,
            detail: format!("{} instead of opening a WebSocket", answer.status()),
        },
        tungstenite::Error::Io(_)
        | tungstenite::Error::ConnectionClosed
        | tungstenite::Error::AlreadyClosed => Reason::Closed(authority),
        other => Reason::WrongProtocol {
            authority,
            protocol: "WebSocket",
            detail: redact::shorten(&redact::printable(&other.to_string()), 200),
        },
    }
}
