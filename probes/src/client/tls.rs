//! TLS settings: which authorities are trusted, and what a failed handshake means.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rustls::client::danger::ServerCertVerifier;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use thiserror::Error;

use super::build::BuildError;
use super::error::Blame;

/// The authorities trusted, and the settings made from them.
#[derive(Clone)]
pub struct Trust {
    provider: Arc<CryptoProvider>,
    /// `None` where neither the system nor the configuration has any root: nothing can be judged.
    verifier: Option<Arc<WebPkiServerVerifier>>,
    config: Option<Arc<ClientConfig>>,
}

impl Trust {
    /// The system's roots and the given ones.
    pub(super) fn load(extra_pem: &[Vec<u8>]) -> Result<Self, BuildError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        let native = rustls_native_certs::load_native_certs();
        for error in &native.errors {
            tracing::warn!(%error, "a trust root of the system cannot be read");
        }
        roots.add_parsable_certificates(native.certs);
        for pem in extra_pem {
            add_pem(&mut roots, pem)?;
        }
        if roots.is_empty() {
            return Ok(Self { provider, verifier: None, config: None });
        }
        let tls_error = |error: &dyn std::fmt::Display| BuildError::Tls(error.to_string());
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .map_err(|error| tls_error(&error))?;
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| tls_error(&error))?
            .with_webpki_verifier(Arc::clone(&verifier))
            .with_no_client_auth();
        // A resumed session would skip looking at the certificate.
        config.resumption = Resumption::disabled();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { provider, verifier: Some(verifier), config: Some(Arc::new(config)) })
    }

    /// The settings of a verified connection.
    pub(super) fn config(&self) -> Result<Arc<ClientConfig>, TlsTrouble> {
        self.config.clone().ok_or(TlsTrouble::NoRoots)
    }

    /// What judges a certificate, for a look at one that may be wrong.
    pub(crate) fn verifier(&self) -> Result<Arc<dyn ServerCertVerifier>, TlsTrouble> {
        match &self.verifier {
            Some(verifier) => Ok(Arc::clone(verifier) as Arc<dyn ServerCertVerifier>),
            None => Err(TlsTrouble::NoRoots),
        }
    }

    pub(crate) fn provider(&self) -> Arc<CryptoProvider> {
        Arc::clone(&self.provider)
    }
}

fn add_pem(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), BuildError> {
    let mut added = 0_usize;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate =
            certificate.map_err(|error| BuildError::ExtraRoots(format!("{error:?}")))?;
        roots.add(certificate).map_err(|error| BuildError::ExtraRoots(error.to_string()))?;
        added += 1;
    }
    if added == 0 {
        return Err(BuildError::ExtraRoots("they hold no certificate in PEM form".to_owned()));
    }
    Ok(())
}

/// Why a TLS handshake failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TlsTrouble {
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

impl TlsTrouble {
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

/// What an error of the handshake means.
pub(crate) fn describe_io(error: &std::io::Error, host: &str) -> TlsTrouble {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    inner.map_or(TlsTrouble::Closed, |error| TlsTrouble::from_rustls(error, host))
}

/// Whole days from `now` until a certificate ends, negative once it has; `None` where it cannot be
/// read.
pub(crate) fn x509_days_left(der: &[u8], now: DateTime<Utc>) -> Option<i64> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let seconds = certificate.validity().not_after.timestamp() - now.timestamp();
    Some(seconds.div_euclid(86_400))
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
