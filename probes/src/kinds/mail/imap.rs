//! A mailbox, by IMAP: is the mail there? Where it is, it is deleted.

use std::time::Duration;

use async_imap::Client;
use domain::check::Inbox;
use futures::TryStreamExt as _;
use tokio::io::AsyncReadExt as _;

use super::super::line_protocol;
use crate::client::Stage;
use crate::context::ProbeContext;

/// Whether the mail is there.
pub(super) async fn find(
    context: &ProbeContext<'_>,
    inbox: &Inbox,
    marker: &str,
    left: Duration,
) -> Result<bool, String> {
    let url = line_protocol::address(&inbox.url, &["imap", "imaps"])
        .map_err(|outcome| outcome.sentence)?;
    let tls = url.scheme() == "imaps";
    let url = line_protocol::with_port(url, if tls { 993 } else { 143 });
    let user = line_protocol::user(&url)
        .ok_or("the inbox's address names no user, as in imap://user@host")?;
    let password = inbox.password.clone().unwrap_or_default();
    let mailbox = match url.path().trim_matches('/') {
        "" => "INBOX".to_owned(),
        name => line_protocol::percent_decoded(name),
    };
    let result = context
        .client
        .within(&url, left, async |deadline, progress| {
            let connection = context.client.connect(&url, tls, &[], deadline, progress).await?;
            progress.enter(Stage::FirstByte);
            Ok(search(connection.stream, &user, &password, &mailbox, marker).await)
        })
        .await;
    match result {
        Err(error) => Err(error.to_string()),
        Ok((Ok(found), _)) => Ok(found),
        Ok((Err(error), _)) => Err(error.to_string()),
    }
}

/// The most bytes that are read of an inbox.
const ANSWERS_BYTES: u64 = 1024 * 1024;

async fn search(
    stream: Box<dyn crate::client::AsyncStream>,
    user: &str,
    password: &str,
    mailbox: &str,
    marker: &str,
) -> Result<bool, async_imap::error::Error> {
    // The library would take half a gigabyte of a line that does not end.
    let (read, write) = tokio::io::split(stream);
    let mut client = Client::new(tokio::io::join(read.take(ANSWERS_BYTES), write));
    // The greeting.
    client.read_response().await?;
    let mut session = client.login(user, password).await.map_err(|(error, _)| error)?;
    session.select(mailbox).await?;
    let found = session.uid_search(format!("SUBJECT \"{marker}\"")).await?;
    for uid in &found {
        let stored = session.uid_store(uid.to_string(), "+FLAGS.SILENT (\\Deleted)").await?;
        stored.try_collect::<Vec<_>>().await?;
    }
    if !found.is_empty() {
        session.expunge().await?.try_collect::<Vec<_>>().await?;
    }
    session.logout().await?;
    Ok(!found.is_empty())
}
