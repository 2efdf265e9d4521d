//! Why no answer came, and whose fault that is.

use std::time::Duration;

use domain::measurement::Exchange;
use thiserror::Error;

use super::blame::Blame;
use super::request::RequestError;
use super::tls_error::TlsError;
use crate::guard::Refusal;

/// How far a request had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Looking up the name.
    Lookup,
    /// Opening the connection.
    Connect,
    /// The TLS handshake.
    Tls,
    /// Waiting for the first byte.
    FirstByte,
    /// Reading the body.
    Body,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Reason {
    /// The guard does not let us go there.
    #[error("{}", .refusal.sentence(.host))]
    Refused {
        /// The host as written, never what it resolved to.
        host: String,
        /// The guard's no.
        refusal: Refusal,
    },
    /// The request cannot be sent as configured.
    #[error("{0}")]
    Request(#[from] RequestError),
    /// The name system knows no such name.
    #[error("the name {0} does not exist")]
    NoSuchName(String),
    /// The name system did not answer.
    #[error("the name {host} could not be looked up: {detail}")]
    Lookup {
        /// The host.
        host: String,
        /// What the system said.
        detail: String,
    },
    /// Nothing listens there.
    #[error("{0} refused the connection")]
    ConnectionRefused(String),
    /// The connection could not be opened for another reason of the target's.
    #[error("{authority} could not be connected to: {detail}")]
    Unreachable {
        /// Host and port.
        authority: String,
        /// What the system said.
        detail: String,
    },
    /// The connection could not be opened for a reason of this machine's: no route, no file
    /// descriptors, no local ports, a local firewall.
    #[error("this machine could not open a connection to {authority}: {detail}")]
    Local {
        /// Host and port.
        authority: String,
        /// What the system said.
        detail: String,
    },
    /// The TLS handshake failed.
    #[error("{0}")]
    Tls(#[from] TlsError),
    /// Time ran out.
    #[error("{authority} {} within {}", .stage.what_did_not_happen(), seconds(*.after))]
    TimedOut {
        /// Host and port.
        authority: String,
        /// How far it had come.
        stage: Stage,
        /// The time given for all of it.
        after: Duration,
    },
    /// The connection ended before the answer did.
    #[error("{0} closed the connection before its answer was complete")]
    Closed(String),
    /// The answer's head is longer than is read.
    #[error("{0} answered with headers longer than 64 KiB")]
    HeadTooLarge(String),
    /// What came is not HTTP.
    #[error("{authority} did not answer with HTTP: {detail}")]
    NotHttp {
        /// Host and port.
        authority: String,
        /// What the parser said.
        detail: String,
    },
    /// What came is not the protocol that was asked for.
    #[error("{authority} did not answer as {protocol} does: {detail}")]
    WrongProtocol {
        /// Host and port.
        authority: String,
        /// The protocol, such as `Redis`.
        protocol: &'static str,
        /// What came, or what is missing.
        detail: String,
    },
    /// It answered that it does not let us in or does not do what was asked.
    #[error("{authority} said no: {detail}")]
    Denied {
        /// Host and port.
        authority: String,
        /// What it said.
        detail: String,
    },
    /// It redirected too often.
    #[error("{0} redirected more than 5 times")]
    TooManyRedirects(String),
    /// It redirected to something that is no address.
    #[error("{authority} redirected to `{location}`, which is not an address")]
    BadRedirect {
        /// Host and port.
        authority: String,
        /// The header's value, shortened.
        location: String,
    },
    /// It redirected to something Daytwo does not follow.
    #[error("{authority} redirected {what}, which is not followed")]
    RedirectNotFollowed {
        /// Host and port.
        authority: String,
        /// Where to.
        what: String,
    },
}

impl Reason {
    /// Whose fault it is.
    #[must_use]
    pub const fn blame(&self) -> Blame {
        match self {
            Self::Refused { .. }
            | Self::Request(_)
            | Self::Lookup { .. }
            | Self::Local { .. }
            | Self::RedirectNotFollowed { .. }
            | Self::TimedOut { stage: Stage::Lookup, .. } => Blame::Ours,
            Self::Tls(trouble) => trouble.blame(),
            Self::NoSuchName(_)
            | Self::ConnectionRefused(_)
            | Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Closed(_)
            | Self::HeadTooLarge(_)
            | Self::NotHttp { .. }
            | Self::WrongProtocol { .. }
            | Self::Denied { .. }
            | Self::TooManyRedirects(_)
            | Self::BadRedirect { .. } => Blame::Service,
        }
    }

    /// A few characters for a chip.
    #[must_use]
    pub const fn short(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "not allowed",
            Self::Request(_) => "bad check",
            Self::NoSuchName(_) => "no such name",
            Self::Lookup { .. } | Self::TimedOut { stage: Stage::Lookup, .. } => "DNS",
            Self::ConnectionRefused(_) => "refused",
            Self::Unreachable { .. } => "unreachable",
            Self::Local { .. } => "no route",
            Self::Tls(_) => "TLS",
            Self::TimedOut { .. } => "timeout",
            Self::Closed(_) => "closed",
            Self::HeadTooLarge(_) | Self::NotHttp { .. } => "not HTTP",
            Self::WrongProtocol { .. } => "protocol",
            Self::Denied { .. } => "denied",
            Self::TooManyRedirects(_)
            | Self::BadRedirect { .. }
            | Self::RedirectNotFollowed { .. } => "redirect",
        }
    }
}

impl Stage {
    const fn what_did_not_happen(self) -> &'static str {
        match self {
            Self::Lookup => "could not be looked up",
            Self::Connect => "did not accept a connection",
            Self::Tls => "did not finish the TLS handshake",
            Self::FirstByte => "did not answer",
            Self::Body => "did not finish its answer",
        }
    }
}

/// A request without a whole answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{reason}")]
pub struct SendError {
    /// What went wrong.
    pub reason: Reason,
    /// How long it took to know, in all.
    pub elapsed: Duration,
    /// What was sent and received up to then, secrets redacted.
    pub exchanges: Vec<Exchange>,
}

impl SendError {
    /// Whose fault it is.
    #[must_use]
    pub const fn blame(&self) -> Blame {
        self.reason.blame()
    }
}

impl From<RequestError> for SendError {
    fn from(error: RequestError) -> Self {
        Self { reason: error.into(), elapsed: Duration::ZERO, exchanges: Vec::new() }
    }
}

/// Why a client cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BuildError {
    /// The extra root certificates hold none that can be used.
    #[error("the extra root certificates cannot be read: {0}")]
    ExtraRoots(String),
    /// The TLS library refused its settings.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

fn seconds(duration: Duration) -> String {
    if duration.as_millis() < 1_000 {
        format!("{} ms", duration.as_millis())
    } else {
        format!("{} s", duration.as_secs_f64())
    }
}
