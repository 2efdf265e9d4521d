//! What people do in the browser: one act a file, each a plain form's POST.

mod log_in;
mod log_out;
mod set_up;
mod theme;

use axum::{Router, routing::post};

use crate::portal::Portal;

/// The routes below `/act`.
pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/set-up", post(set_up::set_up))
        .route("/log-in", post(log_in::log_in))
        .route("/log-out", post(log_out::log_out))
        .route("/theme", post(theme::theme))
}
