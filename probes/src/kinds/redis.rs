//! Redis: does it let in and answer `PING`?

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use super::line_protocol::{self, Transcript};
use crate::client::{Reason, Stage, authority_of};
use crate::context::ProbeContext;
use crate::outcome::{Outcome, millis};
use crate::redact;

/// The longest line of an answer that is read, in bytes.
const LINE_MAX: u64 = 4_096;

pub(crate) async fn run(context: &ProbeContext<'_>, url: &str, password: Option<&str>) -> Outcome {
    let url = match line_protocol::address(url, &["redis", "rediss"]) {
        Ok(url) => line_protocol::with_port(url, 6379),
        Err(outcome) => return outcome,
    };
    let place = authority_of(&url);
    let tls = url.scheme() == "rediss";
    let user = line_protocol::user(&url);
    let result = context
        .client
        .within(&url, context.timeout, async |deadline, progress| {
            let connection = context.client.connect(&url, tls, &[], deadline, progress).await?;
            progress.enter(Stage::FirstByte);
            let mut stream = BufReader::new(connection.stream);
            if let Some(password) = password {
                let login: Vec<_> =
                    ["AUTH"].into_iter().chain(user.as_deref()).chain([password]).collect();
                ask(&mut stream, &place, &login).await?;
            }
            let answer = ask(&mut stream, &place, &["PING"]).await?;
            Ok((answer, connection.remote, connection.timing))
        })
        .await;
    match result {
        Err(error) => Outcome::unreachable(error),
        Ok(((answer, remote, timing), took)) => {
            let transcript = Transcript {
                sent: format!("PING to {place}"),
                received: answer.clone(),
                remote: remote.to_string(),
                timing,
                took_ms: millis(took),
            };
            let what =
                format!("Redis at {place} answered {answer} in {:.0} ms", transcript.took_ms);
            line_protocol::success(context, &what, "PING is answered", &transcript).await
        }
    }
}

/// Sends a command as an array of strings and reads its one-line answer.
async fn ask<S>(stream: &mut BufReader<S>, place: &str, words: &[&str]) -> Result<String, Reason>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let closed = |_| Reason::Closed(place.to_owned());
    let mut command = format!("*{}\r\n", words.len());
    for word in words {
        command.push_str(&format!("${}\r\n{word}\r\n", word.len()));
    }
    stream.write_all(command.as_bytes()).await.map_err(closed)?;
    stream.flush().await.map_err(closed)?;
    let mut line = Vec::new();
    stream.take(LINE_MAX).read_until(b'\n', &mut line).await.map_err(closed)?;
    let line = String::from_utf8_lossy(&line).trim_end().to_owned();
    match line.split_at_checked(1) {
        Some(("+", said)) => Ok(said.to_owned()),
        Some(("-", said)) => Err(Reason::Denied {
            authority: place.to_owned(),
            detail: redact::shorten(&redact::printable(said), 200),
        }),
        None => Err(Reason::Closed(place.to_owned())),
        Some(_) => Err(Reason::WrongProtocol {
            authority: place.to_owned(),
            protocol: "Redis",
            detail: format!("\"{}\" came", redact::shorten(&redact::printable(&line), 80)),
        }),
    }
}
