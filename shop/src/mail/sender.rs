//! Sends the shop's mail over SMTP.

use std::{net::SocketAddr, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor, address::AddressError,
    message::Mailbox, message::header::ContentType,
};

/// Who the shop writes as.
const FROM: &str = "Harbour Goods <shop@harbour-goods.example>";

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// An address is none.
    #[error("bad mail address: {0}")]
    Address(#[from] AddressError),
    /// The mail could not be put together.
    #[error("mail could not be written: {0}")]
    Message(#[from] lettre::error::Error),
    /// The mail server refused or could not be reached.
    #[error("SMTP: {0}")]
    Smtp(#[from] lettre::transport::smtp::Error),
}

/// Sends by one mail server.
#[derive(Debug, Clone)]
pub struct Sender(AsyncSmtpTransport<Tokio1Executor>);

impl Sender {
    /// Sends by the server at `smtp`, without TLS: it is on loopback.
    pub fn new(smtp: SocketAddr) -> Self {
        let transport =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(smtp.ip().to_string())
                .port(smtp.port())
                .timeout(Some(Duration::from_secs(10)))
                .build();
        Self(transport)
    }

    /// Sends one mail.
    ///
    /// # Errors
    /// If an address is bad or the server does not take it.
    pub async fn send(&self, to: &str, subject: &str, text: &str) -> Result<(), SendError> {
        let message = Message::builder()
            .from(FROM.parse::<Mailbox>()?)
            .to(to.parse::<Mailbox>()?)
            .subject(subject)
            .message_id(None)
            .header(ContentType::TEXT_PLAIN)
            .body(text.to_owned())?;
        self.0.send(message).await?;
        Ok(())
    }
}

/// Whether mail could be sent to an address.
pub fn is_address(text: &str) -> bool {
    text.len() <= 254 && text.contains('.') && text.parse::<lettre::Address>().is_ok()
}
