//! The interface. Pages are rendered on the server and work without scripts; the islands, the
//! only code that reaches the browser, keep them fresh and quick.

pub mod islands;

#[cfg(feature = "ssr")]
mod act;
#[cfg(feature = "ssr")]
mod acts;
#[cfg(feature = "ssr")]
mod answer;
#[cfg(feature = "ssr")]
mod auth;
#[cfg(feature = "ssr")]
mod components;
#[cfg(feature = "ssr")]
mod events;
#[cfg(feature = "ssr")]
mod files;
#[cfg(feature = "ssr")]
mod flash;
#[cfg(feature = "ssr")]
mod headers;
#[cfg(feature = "ssr")]
mod markdown;
#[cfg(feature = "ssr")]
mod new_token;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod palette;
#[cfg(feature = "ssr")]
mod pictures;
#[cfg(feature = "ssr")]
mod portal;
#[cfg(feature = "ssr")]
mod query;
#[cfg(feature = "ssr")]
mod router;
#[cfg(feature = "ssr")]
mod routes;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod theme;
#[cfg(feature = "ssr")]
mod typed;

#[cfg(feature = "ssr")]
pub use router::router;
