//! The Leptos interface: pages on the server, islands in the browser.

#[cfg(feature = "ssr")]
pub use leptos::config::LeptosOptions;

/// The interface's routes.
#[cfg(feature = "ssr")]
pub fn router(_engine: engine::Engine, _options: LeptosOptions) -> axum::Router {
    axum::Router::new()
}
