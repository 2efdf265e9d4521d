//! The interface. Pages are rendered on the server and work without scripts; the islands, the
//! only code that reaches the browser, keep them fresh and quick.

pub mod islands;

// In the browser nothing calls a server function: the islands send the forms as they stand. So the
// functions are the server's alone, and their callers are not linked into what browsers load.
#[cfg(feature = "ssr")]
mod actions;
#[cfg(feature = "ssr")]
mod auth;
#[cfg(feature = "ssr")]
mod components;
#[cfg(feature = "ssr")]
mod events;
#[cfg(feature = "ssr")]
mod fields;
#[cfg(feature = "ssr")]
mod form;
#[cfg(feature = "ssr")]
mod form_draft;
#[cfg(feature = "ssr")]
mod http;
#[cfg(feature = "ssr")]
mod markdown;
#[cfg(feature = "ssr")]
mod open_streams;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod palette;
#[cfg(feature = "ssr")]
mod query;
#[cfg(feature = "ssr")]
mod reveal_token;
#[cfg(feature = "ssr")]
mod router;
#[cfg(feature = "ssr")]
mod routes;
#[cfg(feature = "ssr")]
mod screenshots;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod state;
#[cfg(feature = "ssr")]
mod static_files;
#[cfg(feature = "ssr")]
mod theme;
#[cfg(feature = "ssr")]
mod urls;

#[cfg(feature = "ssr")]
pub use {auth::SIGNED_IN, http::refused::status_of, router::router};
