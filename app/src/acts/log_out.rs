//! Signing out.

use axum::response::Response;
use engine::Refusal;
use serde::Deserialize;

use crate::{act::OpenAct, answer::Done};

/// An empty form.
#[derive(Deserialize)]
pub struct LogOut {}

/// Forgets the session.
pub async fn log_out(act: OpenAct<LogOut>) -> Response {
    let forgotten = act.session.flush().await;
    let result = forgotten
        .map(|()| Done::to("Signed out.", "/login"))
        .map_err(|error| Refusal::Internal(format!("forgetting a session: {error}")));
    act.answer(result).await
}
