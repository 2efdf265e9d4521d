//! A TCP port: does it accept connections, and is what is sent answered as expected?

use domain::measurement::Phase;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::line_protocol::{self, Transcript};
use crate::client::{Connection, Reason, Stage, authority_of};
use crate::context::ProbeContext;
use crate::outcome::{Outcome, finding, millis, sentence};
use crate::redact;

/// The most bytes of an answer that are read.
const ANSWER_MAX: usize = 64 * 1024;

pub(crate) async fn run(
    context: &ProbeContext<'_>,
    url: &str,
    send: Option<&str>,
    expect: Option<&str>,
) -> Outcome {
    let url = match line_protocol::address(url, &["tcp"]) {
        Ok(url) if url.port().is_some() => url,
        Ok(_) => {
            let text = "the address names no port, such as tcp://queue.example.org:5672";
            return Outcome::new(Phase::Error, sentence(text), "bad check");
        }
        Err(outcome) => return outcome,
    };
    let place = authority_of(&url);
    let result = context
        .client
        .within(&url, context.timeout, async |deadline, progress| {
            let connection = context.client.connect(&url, false, &[], deadline, progress).await?;
            progress.enter(Stage::FirstByte);
            let Connection { mut stream, remote, timing, .. } = connection;
            let closed = |_| Reason::Closed(place.clone());
            if let Some(send) = send {
                stream.write_all(send.as_bytes()).await.map_err(closed)?;
            }
            let mut received = Vec::new();
            while let Some(expect) = expect {
                let mut part = [0u8; 4_096];
                let read = stream.read(&mut part).await.map_err(closed)?;
                received.extend_from_slice(&part[..read]);
                let there = String::from_utf8_lossy(&received).contains(expect);
                if there || read == 0 || received.len() >= ANSWER_MAX {
                    break;
                }
            }
            Ok((String::from_utf8_lossy(&received).into_owned(), remote, timing))
        })
        .await;
    match result {
        Err(error) => Outcome::unreachable(error),
        Ok(((received, remote, timing), took)) => {
            let sent = send.map_or_else(
                || format!("connect {place}"),
                |send| format!("connect {place}\n{}", redact::text(send)),
            );
            let transcript = Transcript {
                sent,
                remote: remote.to_string(),
                timing,
                took_ms: millis(took),
                received,
            };
            match line_protocol::contains(&transcript.received, expect) {
                Ok(()) => {
                    let what = format!("{place} answered in {:.0} ms", transcript.took_ms);
                    line_protocol::success(
                        context,
                        &what,
                        "the port accepts connections",
                        &transcript,
                    )
                    .await
                }
                Err(problem) => {
                    let what = format!("{place}: {problem}");
                    let found = finding("the answer is as expected", Phase::Failed, problem);
                    line_protocol::conclude(context, &what, found, &transcript).await
                }
            }
        }
    }
}
