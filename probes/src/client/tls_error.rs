//! Why a TLS handshake failed, in sentences for whoever wrote the check.

use rustls::CertificateError;
use rustls::pki_types::UnixTime;
use thiserror::Error;

use super::blame::Blame;

/// Why a TLS handshake failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TlsError {
    /// This machine trusts no authority at all, so no certificate can be judged.
    #[error(
        "this machine has no trusted root certificates, so no certificate can be judged; \
         install its ca-certificates"
    )]
    NoRoots,
    /// The certificate's time is over.
    #[error("the certificate expired {}", days_ago(*.days))]
    Expired {
        /// Whole days since.
        days: i64,
    },
    /// The certificate's time has not come.
    #[error("the certificate is not valid yet: its time begins {}", days_ahead(*.days))]
    NotYetValid {
        /// Whole days until.
        days: i64,
    },
    /// No trusted authority stands behind it.
    #[error(
        "the certificate is self-signed or its issuer is not trusted here \
         (an intermediate certificate may be missing from what the server sends)"
    )]
    UnknownIssuer,
    /// It is for another name.
    #[error("the certificate is for another name: {host} is not among {}", names(.presented))]
    WrongName {
        /// The name asked for.
        host: String,
        /// The names it is for.
        presented: Vec<String>,
    },
    /// It was revoked.
    #[error("the certificate has been revoked")]
    Revoked,
    /// It is wrong in another way.
    #[error("the certificate cannot be accepted: {0}")]
    Certificate(String),
    /// The server does not speak TLS on this port.
    #[error("the port does not speak TLS")]
    NotTls,
    /// The connection ended in the middle of the handshake.
    #[error("the connection was closed during the TLS handshake")]
    Closed,
    /// The two sides do not get along.
    #[error("the TLS handshake failed: {0}")]
    Handshake(String),
}

impl TlsError {
    /// Whose fault it is.
    #[must_use]
    pub const fn blame(&self) -> Blame {
        match self {
            Self::NoRoots => Blame::Ours,
            _ => Blame::Service,
        }
    }

    /// What an error of the TLS library means.
    pub(crate) fn from_rustls(error: &rustls::Error, host: &str) -> Self {
        match error {
            rustls::Error::InvalidCertificate(certificate) => {
                Self::from_certificate(certificate, host)
            }
            rustls::Error::InvalidMessage(_) => Self::NotTls,
            other => Self::Handshake(other.to_string()),
        }
    }

    /// What a certificate's rejection means.
    fn from_certificate(error: &CertificateError, host: &str) -> Self {
        match error {
            CertificateError::ExpiredContext { time, not_after } => {
                Self::Expired { days: days_between(*not_after, *time) }
            }
            CertificateError::NotValidYetContext { time, not_before } => {
                Self::NotYetValid { days: days_between(*time, *not_before) }
            }
            // A bad signature is that of another authority of the same name.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::UnknownIssuer,
            // What `openssl req -x509` makes: its own authority, and the certificate at once.
            CertificateError::Other(_) if error.to_string().contains("CaUsedAsEndEntity") => {
                Self::UnknownIssuer
            }
            CertificateError::NotValidForNameContext { presented, .. } => Self::WrongName {
                host: host.to_owned(),
                presented: presented.iter().map(|name| plain_name(name)).collect(),
            },
            CertificateError::NotValidForName => {
                Self::WrongName { host: host.to_owned(), presented: Vec::new() }
            }
            CertificateError::Revoked => Self::Revoked,
            other => Self::Certificate(other.to_string()),
        }
    }
}

/// `DnsName("example.org")`, as the TLS library writes names, without its dressing.
fn plain_name(name: &str) -> String {
    match (name.find('"'), name.rfind('"')) {
        (Some(start), Some(end)) if start < end => name[start + 1..end].to_owned(),
        _ => name.to_owned(),
    }
}

fn days_between(from: UnixTime, to: UnixTime) -> i64 {
    i64::try_from(to.as_secs().saturating_sub(from.as_secs()) / 86_400).unwrap_or(i64::MAX)
}

fn days_ago(days: i64) -> String {
    match days {
        0 => "less than a day ago".to_owned(),
        1 => "1 day ago".to_owned(),
        _ => format!("{days} days ago"),
    }
}

fn days_ahead(days: i64) -> String {
    match days {
        0 => "in less than a day".to_owned(),
        1 => "in 1 day".to_owned(),
        _ => format!("in {days} days"),
    }
}

fn names(presented: &[String]) -> String {
    const SHOWN: usize = 4;
    match presented.len() {
        0 => "its names (it has none)".to_owned(),
        len if len > SHOWN => {
            format!("{} and {} more", presented[..SHOWN].join(", "), len - SHOWN)
        }
        _ => presented.join(", "),
    }
}
