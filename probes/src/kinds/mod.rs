//! The probes, one file each.

mod certificate;
pub(crate) mod debug_mode;
pub(crate) mod exposed_files;
pub(crate) mod hsts;
pub(crate) mod http;
pub(crate) mod https_redirect;
mod moved;
pub(crate) mod tls;
