//! A TCP port: does it accept connections, and is what is sent answered as expected?

use domain::measurement::Phase;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::talk::{self, Talk};
use crate::client::{Line, Reason, Stage, authority_of};
use crate::context::Run;
use crate::outcome::{Outcome, finding, millis, sentence};
use crate::redact;

/// The most bytes of an answer that are read.
const ANSWER_MAX: usize = 64 * 1024;

pub(crate) async fn run(
    run: &Run<'_>,
    url: &str,
    send: Option<&str>,
    expect: Option<&str>,
) -> Outcome {
    let url = match talk::address(url, &["tcp"]) {
        Ok(url) if url.port().is_some() => url,
        Ok(_) => {
            let text = "the address names no port, such as tcp://queue.example.org:5672";
            return Outcome::new(Phase::Error, sentence(text), "bad check");
        }
        Err(outcome) => return outcome,
    };
    let place = authority_of(&url);
    let looked = run
        .client
        .within(&url, run.timeout, async |deadline, progress| {
            let line = run.client.line(&url, false, &[], deadline, progress).await?;
            progress.enter(Stage::FirstByte);
            let Line { mut stream, remote, timing, .. } = line;
            let closed = |_| Reason::Closed(place.clone());
            if let Some(send) = send {
                stream.write_all(send.as_bytes()).await.map_err(closed)?;
            }
            let mut came = Vec::new();
            while let Some(expect) = expect {
                let mut part = [0u8; 4_096];
                let read = stream.read(&mut part).await.map_err(closed)?;
                came.extend_from_slice(&part[..read]);
                let there = String::from_utf8_lossy(&came).contains(expect);
                if there || read == 0 || came.len() >= ANSWER_MAX {
                    break;
                }
            }
            Ok((String::from_utf8_lossy(&came).into_owned(), remote, timing))
        })
        .await;
    match looked {
        Err(error) => Outcome::unreachable(error),
        Ok(((came, remote, timing), took)) => {
            let sent = send.map_or_else(
                || format!("connect {place}"),
                |send| format!("connect {place}\n{}", redact::text(send)),
            );
            let talk =
                Talk { sent, remote: remote.to_string(), timing, took_ms: millis(took), came };
            match talk::contains(&talk.came, expect) {
                Ok(()) => {
                    let what = format!("{place} answered in {:.0} ms", talk.took_ms);
                    talk::answered(run, &what, "the port accepts connections", &talk)
                }
                Err(problem) => {
                    let what = format!("{place}: {problem}");
                    let found = finding("the answer is as expected", Phase::Failed, problem);
                    talk::judged(run, &what, found, &talk)
                }
            }
        }
    }
}
