//! Signing out.

use engine::Error;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Form, OpenAct};

/// Forgets the session.
#[server(prefix = "/act", endpoint = "log-out", input = Form)]
pub async fn log_out() -> Outcome {
    let act = OpenAct::here()?;
    act.session
        .flush()
        .await
        .map_err(|error| Error::Internal(format!("forgetting a session: {error}")))?;
    Ok(Done::to("Signed out.", "/login"))
}
