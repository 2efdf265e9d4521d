//! The host and port of an address, as people write them.

use url::Url;

/// The host as written, brackets and all.
pub(crate) fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// Host and, where it is not the scheme's own, port.
pub(crate) fn authority_of(url: &Url) -> String {
    match url.port() {
        Some(port) => format!("{}:{port}", host_of(url)),
        None => host_of(url),
    }
}
