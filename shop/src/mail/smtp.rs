//! The mail catcher's SMTP server: takes every message for everyone and delivers none.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{
    Catcher,
    command::{Command, parse},
};

/// Largest message taken, in bytes.
pub const MOST_MESSAGE_BYTES: usize = 2 * 1024 * 1024;
/// Longest command line, in bytes, its end included.
const MOST_LINE_BYTES: usize = 2048;
/// Most recipients of a message.
const MOST_RECIPIENTS: usize = 100;
/// Most commands that make no sense before the server hangs up.
const MOST_ERRORS: u32 = 20;
/// Most clients at a time.
const MOST_CLIENTS: usize = 64;
/// A client that says nothing for this long is hung up on.
const IDLE: Duration = Duration::from_secs(60);

/// Serves until `stop`.
pub async fn serve(listener: TcpListener, catcher: Catcher, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(MOST_CLIENTS));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "SMTP connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (catcher, stop, places) = (catcher.clone(), stop.clone(), Arc::clone(&places));
        tokio::spawn(async move {
            let mut client = Client { stream: BufReader::new(stream), catcher };
            let Ok(_place) = places.try_acquire() else {
                let _ = client.say("421 4.3.2 Too many connections").await;
                return;
            };
            tokio::select! {
                outcome = client.converse() => if let Err(error) = outcome {
                    tracing::debug!(%error, "SMTP client went away");
                },
                () = stop.cancelled() => {
                    let _ = client.say("421 4.3.2 Shutting down").await;
                }
            }
        });
    }
}

struct Client {
    stream: BufReader<TcpStream>,
    catcher: Catcher,
}

#[derive(Default)]
struct Envelope {
    from: Option<String>,
    to: Vec<String>,
}

enum Line {
    Whole(Vec<u8>),
    TooLong { crlf: bool },
    Closed,
}

impl Client {
    async fn converse(&mut self) -> io::Result<()> {
        self.say("220 mail.harbour-goods.example ESMTP catcher").await?;
        let mut greeted = false;
        let mut envelope = Envelope::default();
        let mut errors = 0;
        while errors < MOST_ERRORS {
            let Ok(line) = timeout(IDLE, self.line(MOST_LINE_BYTES)).await else {
                return self.say("421 4.4.2 Idle for too long").await;
            };
            let command = match line? {
                Line::Closed => return Ok(()),
                Line::TooLong { .. } => {
                    errors += 1;
                    self.say("500 5.5.2 Line too long").await?;
                    continue;
                }
                Line::Whole(line) => parse(&String::from_utf8_lossy(&line)),
            };
            let answer = match command {
                Command::Quit => return self.say("221 2.0.0 Bye").await,
                Command::Hello { extended } => {
                    greeted = true;
                    envelope = Envelope::default();
                    if extended { HELLO.as_str() } else { "250 mail.harbour-goods.example" }
                }
                Command::Data if !envelope.to.is_empty() => {
                    self.say("354 End with <CRLF>.<CRLF>").await?;
                    let Some(answer) = self.data(std::mem::take(&mut envelope)).await? else {
                        return Ok(());
                    };
                    answer
                }
                Command::Mail { .. } if !greeted => "503 5.5.1 Say EHLO first",
                command => self.plain(command, &mut envelope),
            };
            if answer.starts_with("50") {
                errors += 1;
            }
            self.say(answer).await?;
        }
        self.say("421 4.7.0 Too many errors").await
    }

    /// Commands that need neither more input nor more output than a line.
    fn plain(&self, command: Command, envelope: &mut Envelope) -> &'static str {
        match command {
            Command::Mail { .. } if envelope.from.is_some() => "503 5.5.1 Sender already given",
            Command::Mail { .. } if self.catcher.faults.get().mail_broken => {
                "451 4.3.0 Mail server temporarily rejected message"
            }
            Command::Mail { size_bytes: Some(size), .. } if size > MOST_MESSAGE_BYTES => TOO_BIG,
            Command::Mail { from, .. } => {
                envelope.from = Some(from);
                "250 2.1.0 Ok"
            }
            Command::Recipient(_) if envelope.from.is_none() => "503 5.5.1 Say MAIL first",
            Command::Recipient(_) if envelope.to.len() >= MOST_RECIPIENTS => {
                "452 4.5.3 Too many recipients"
            }
            Command::Recipient(to) => {
                envelope.to.push(to);
                "250 2.1.5 Ok"
            }
            Command::Reset => {
                *envelope = Envelope::default();
                "250 2.0.0 Ok"
            }
            Command::Noop => "250 2.0.0 Ok",
            Command::Verify => "252 2.5.0 Takes mail for everyone",
            Command::Data => "503 5.5.1 Say MAIL and RCPT first",
            Command::NotOffered => "502 5.5.1 Not offered",
            Command::BadArguments => "501 5.5.4 Bad arguments",
            Command::Hello { .. } | Command::Quit | Command::Unknown => "500 5.5.2 Unknown command",
        }
    }

    /// Reads a message up to the lone dot and keeps it. Nothing if the client went away.
    async fn data(&mut self, envelope: Envelope) -> io::Result<Option<&'static str>> {
        let mut message = Vec::new();
        let mut too_big = false;
        // Only a dot between two CRLF ends a message. Taking a bare LF as well is what lets a
        // second message be smuggled inside the first.
        let mut after_crlf = true;
        loop {
            let Ok(line) = timeout(IDLE, self.line(MOST_MESSAGE_BYTES)).await else {
                return Ok(None);
            };
            let line = match line? {
                Line::Whole(line) => line,
                Line::TooLong { crlf } => {
                    too_big = true;
                    after_crlf = crlf;
                    continue;
                }
                Line::Closed => return Ok(None),
            };
            if after_crlf && line == b".\r\n" {
                break;
            }
            let unstuffed =
                if after_crlf { line.strip_prefix(b".").unwrap_or(&line) } else { &line };
            after_crlf = line.ends_with(b"\r\n");
            if too_big || message.len() + unstuffed.len() > MOST_MESSAGE_BYTES {
                too_big = true;
                message = Vec::new();
            } else {
                message.extend_from_slice(unstuffed);
            }
        }
        if too_big {
            return Ok(Some(TOO_BIG));
        }
        if self.catcher.faults.get().mail_dropped {
            return Ok(Some("250 2.0.0 Ok: queued"));
        }
        let id = self.catcher.inbox.keep(envelope.from.unwrap_or_default(), envelope.to, message);
        tracing::info!(message = %id, "mail caught");
        Ok(Some("250 2.0.0 Ok: queued"))
    }

    /// A line with its end. Of one that is too long, the rest up to its end is thrown away.
    async fn line(&mut self, most_bytes: usize) -> io::Result<Line> {
        let mut line = Vec::new();
        let mut too_long = false;
        let mut before = None;
        loop {
            let mut limited = (&mut self.stream).take(most_bytes as u64);
            let read = limited.read_until(b'\n', &mut line).await?;
            if read == 0 {
                return Ok(Line::Closed);
            }
            if line.last() == Some(&b'\n') {
                if too_long {
                    let second_last = line.iter().rev().nth(1).copied().or(before);
                    return Ok(Line::TooLong { crlf: second_last == Some(b'\r') });
                }
                return Ok(Line::Whole(line));
            }
            if read == most_bytes {
                too_long = true;
            }
            if too_long {
                before = line.last().copied();
                line.clear();
            }
        }
    }

    async fn say(&mut self, answer: &str) -> io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(answer.as_bytes()).await?;
        stream.write_all(b"\r\n").await
    }
}

const TOO_BIG: &str = "552 5.3.4 Message too big";

static HELLO: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
    format!(
        "250-mail.harbour-goods.example\r\n250-SIZE {MOST_MESSAGE_BYTES}\r\n250-PIPELINING\r\n\
         250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES"
    )
});
