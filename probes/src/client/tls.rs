//! TLS settings: which authorities are trusted, and what a failed handshake means.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rustls::client::danger::ServerCertVerifier;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use url::Url;

use super::authority::host_of;
use super::error::{BuildError, Reason};
use super::tls_error::TlsError;

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
    pub(super) fn config(&self) -> Result<Arc<ClientConfig>, TlsError> {
        self.config.clone().ok_or(TlsError::NoRoots)
    }

    /// What judges a certificate, for a look at one that may be wrong.
    pub(crate) fn verifier(&self) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
        match &self.verifier {
            Some(verifier) => Ok(Arc::clone(verifier) as Arc<dyn ServerCertVerifier>),
            None => Err(TlsError::NoRoots),
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

/// What an error of the handshake means.
pub(crate) fn describe_io(error: &std::io::Error, host: &str) -> TlsError {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    inner.map_or(TlsError::Closed, |error| TlsError::from_rustls(error, host))
}

/// Whole days from `now` until a certificate ends, negative once it has; `None` where it cannot be
/// read.
pub(crate) fn x509_days_left(der: &[u8], now: DateTime<Utc>) -> Option<i64> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let seconds = certificate.validity().not_after.timestamp() - now.timestamp();
    Some(seconds.div_euclid(86_400))
}

/// The name a certificate must be for.
pub(crate) fn server_name(url: &Url) -> Result<ServerName<'static>, Reason> {
    let host = host_of(url);
    let bare = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    ServerName::try_from(bare.to_owned()).map_err(|_| Reason::NoSuchName(host.clone()))
}
