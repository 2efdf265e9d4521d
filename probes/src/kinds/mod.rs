//! The probes, one file each.

mod certificate;
pub(crate) mod database;
pub(crate) mod debug_mode;
pub(crate) mod dns;
pub(crate) mod exposed_files;
pub(crate) mod grpc;
pub(crate) mod hsts;
mod hsts_header;
pub(crate) mod http;
pub(crate) mod http_steps;
pub(crate) mod https_redirect;
pub(crate) mod journey;
mod line_protocol;
pub(crate) mod mail;
mod origin_redirect;
mod placeholders;
pub(crate) mod prometheus;
pub(crate) mod reachable;
pub(crate) mod redis;
pub(crate) mod tcp;
pub(crate) mod tls;
pub(crate) mod websocket;
