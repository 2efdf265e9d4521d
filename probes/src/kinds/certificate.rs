//! Looks at a server's certificate without trusting it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use domain::measurement::Exchange;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use url::Url;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::X509Certificate;

use crate::client::{
    GuardedClient, Progress, Reason, Stage, TlsError, describe_io, host_of, server_name,
    x509_days_left,
};

/// A server's certificate and what is wrong with it.
pub(super) struct ServerCertificate {
    /// Why it would be rejected.
    pub(super) error: Option<TlsError>,
    pub(super) days_left: i64,
    pub(super) not_after: DateTime<Utc>,
    pub(super) issuer: String,
    subject: String,
    names: Vec<String>,
    chain_length: usize,
    protocol: String,
    remote: SocketAddr,
    elapsed_ms: u64,
}

impl ServerCertificate {
    /// The handshake as evidence.
    pub(super) fn exchange(&self, authority: &str) -> Exchange {
        Exchange {
            request: format!("TLS handshake with {authority}"),
            response_head: format!(
                "{}, {} certificate(s)\nsubject: {}\nnames: {}\nissuer: {}\nnot after: {}",
                self.protocol,
                self.chain_length,
                self.subject,
                crate::redact::shorten(&self.names.join(", "), 400),
                self.issuer,
                self.not_after.format("%Y-%m-%d %H:%M:%S UTC"),
            ),
            excerpt: String::new(),
            remote_addr: Some(self.remote.to_string()),
            elapsed_ms: self.elapsed_ms,
        }
    }
}

/// Connects, shakes hands and reads the certificate, judging it as of `now`.
pub(super) async fn inspect(
    client: &GuardedClient,
    url: &Url,
    now: DateTime<Utc>,
    deadline: Instant,
    progress: &Progress,
) -> Result<ServerCertificate, Reason> {
    let started = Instant::now();
    let recorder = Arc::new(RecordingVerifier {
        inner: client.trust().verifier()?,
        now: UnixTime::since_unix_epoch(std::time::Duration::from_secs(
            u64::try_from(now.timestamp()).unwrap_or(0),
        )),
        verdict: Mutex::new(None),
    });
    let config = config(client, &recorder).map_err(|e| TlsError::Handshake(e.to_string()))?;
    let opened = client.connect_tcp(url, deadline, progress).await?;
    progress.enter(Stage::Tls);
    let stream = TlsConnector::from(Arc::new(config))
        .connect(server_name(url)?, opened.stream)
        .await
        .map_err(|error| Reason::Tls(describe_io(&error, &host_of(url))))?;
    let connection = stream.get_ref().1;
    let chain = connection.peer_certificates().unwrap_or_default();
    let protocol = connection.protocol_version().map(|version| format!("{version:?}"));
    let leaf = chain.first().ok_or_else(|| TlsError::Certificate("none was sent".to_owned()))?;
    let unreadable = || TlsError::Certificate("it cannot be read".to_owned());
    let (_, certificate) = x509_parser::parse_x509_certificate(leaf).map_err(|_| unreadable())?;
    let verdict = recorder.verdict.lock().unwrap_or_else(PoisonError::into_inner).take();
    let not_after = certificate.validity().not_after.timestamp();
    Ok(ServerCertificate {
        error: match verdict {
            Some(Ok(())) => None,
            Some(Err(error)) => Some(TlsError::from_rustls(&error, &host_of(url))),
            None => Some(TlsError::Certificate("it was not judged".to_owned())),
        },
        days_left: x509_days_left(leaf, now).ok_or_else(unreadable)?,
        not_after: DateTime::from_timestamp(not_after, 0).ok_or_else(unreadable)?,
        issuer: issuer(&certificate),
        subject: certificate.subject().to_string(),
        names: names(&certificate),
        chain_length: chain.len(),
        protocol: protocol.unwrap_or_default(),
        remote: opened.remote,
        elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

fn config(
    client: &GuardedClient,
    recorder: &Arc<RecordingVerifier>,
) -> Result<ClientConfig, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(client.trust().provider())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(recorder) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(config)
}

fn issuer(certificate: &X509Certificate<'_>) -> String {
    let issuer = certificate.issuer();
    let common_name = issuer.iter_common_name().next().and_then(|name| name.as_str().ok());
    let organization = issuer.iter_organization().next().and_then(|name| name.as_str().ok());
    let name = match (organization, common_name) {
        (Some(organization), Some(name)) => format!("{organization}, {name}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "nobody it names".to_owned(),
    };
    let itself = if certificate.subject() == issuer { " (itself)" } else { "" };
    format!("{}{itself}", crate::redact::printable(&name))
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Vec::new() };
    extension
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(crate::redact::printable(name)),
            GeneralName::IPAddress(bytes) => match bytes.len() {
                4 => {
                    <[u8; 4]>::try_from(*bytes).ok().map(|b| std::net::IpAddr::from(b).to_string())
                }
                _ => {
                    <[u8; 16]>::try_from(*bytes).ok().map(|b| std::net::IpAddr::from(b).to_string())
                }
            },
            _ => None,
        })
        .collect()
}

/// Notes what the real verifier says of a certificate and lets the handshake go on.
struct RecordingVerifier {
    inner: Arc<dyn ServerCertVerifier>,
    now: UnixTime,
    verdict: Mutex<Option<Result<(), rustls::Error>>>,
}

impl std::fmt::Debug for RecordingVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordingVerifier").finish_non_exhaustive()
    }
}

impl ServerCertVerifier for RecordingVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = self
            .inner
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, self.now)
            .map(|_| ());
        *self.verdict.lock().unwrap_or_else(PoisonError::into_inner) = Some(verdict);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        tolerate(self.inner.verify_tls12_signature(message, cert, dss))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        tolerate(self.inner.verify_tls13_signature(message, cert, dss))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// An old certificate (version 1) has a key the verifier will not use; its verdict is already
/// noted. A wrong signature stays an error: the server does not hold the key.
fn tolerate(
    result: Result<HandshakeSignatureValid, rustls::Error>,
) -> Result<HandshakeSignatureValid, rustls::Error> {
    match result {
        Err(rustls::Error::InvalidCertificate(
            CertificateError::BadEncoding | CertificateError::Other(_),
        )) => Ok(HandshakeSignatureValid::assertion()),
        other => other,
    }
}
