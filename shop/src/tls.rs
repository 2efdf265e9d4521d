//! The shop's own certificate authority and the certificate it signs at each start.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};

use crate::{clock, store::write_private};

/// Days the authority is good for.
const AUTHORITY_DAYS: u64 = 3650;

/// Why HTTPS could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A certificate could not be made or read.
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The certificate could not be used.
    #[error("TLS: {0}")]
    Config(#[from] rustls::Error),
    /// A file of the data directory could not be read or written.
    #[error("certificate files: {0}")]
    Io(#[from] io::Error),
}

/// The configuration of the HTTPS listener. The authority of `data_dir` (`ca.pem`, `ca-key.pem`)
/// is made once and stays, so that whoever trusts it still does after a restart.
///
/// # Errors
/// If a certificate cannot be made or written.
pub fn configure(
    data_dir: &Path,
    listen: SocketAddr,
    days: u16,
) -> Result<Arc<ServerConfig>, TlsError> {
    let authority = authority(data_dir)?;
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    let mut addresses = vec![IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])];
    if !listen.ip().is_unspecified() && !addresses.contains(&listen.ip()) {
        addresses.push(listen.ip());
    }
    params.subject_alt_names.extend(addresses.into_iter().map(SanType::IpAddress));
    params.distinguished_name.push(DnType::CommonName, "Harbour Goods demo shop");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    valid_for(&mut params, u64::from(days));
    let certificate = params.signed_by(&key, &authority)?;
    let chain = vec![CertificateDer::from(certificate.der().to_vec())];
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn authority(data_dir: &Path) -> Result<Issuer<'static, KeyPair>, TlsError> {
    let (certificate_file, key_file) = (data_dir.join("ca.pem"), data_dir.join("ca-key.pem"));
    if certificate_file.exists() && key_file.exists() {
        let key = KeyPair::from_pem(&std::fs::read_to_string(key_file)?)?;
        return Ok(Issuer::from_ca_cert_pem(&std::fs::read_to_string(certificate_file)?, key)?);
    }
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name.push(DnType::CommonName, "Harbour Goods demo authority");
    valid_for(&mut params, AUTHORITY_DAYS);
    let certificate = params.self_signed(&key)?;
    write_private(&key_file, key.serialize_pem().as_bytes())?;
    std::fs::write(&certificate_file, certificate.pem())?;
    Ok(Issuer::new(params, key))
}

fn valid_for(params: &mut CertificateParams, days: u64) {
    const DAY: Duration = Duration::from_secs(86_400);
    let now = std::time::SystemTime::from(clock::now());
    // From yesterday, for clients whose clock is behind.
    params.not_before = (now - DAY).into();
    params.not_after = (now + DAY * u32::try_from(days).unwrap_or(u32::MAX)).into();
}
