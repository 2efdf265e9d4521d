//! Signing in.

use axum::response::Response;
use domain::who::Person;
use engine::Refusal;
use serde::Deserialize;
use tower_sessions::Session;

use crate::{
    act::OpenAct,
    answer::Done,
    auth::{PERSON, local_path},
};

/// The form.
#[derive(Deserialize)]
pub struct LogIn {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// Signs in and goes where the reader wanted to go.
pub async fn log_in(act: OpenAct<LogIn>) -> Response {
    let result = async {
        let person = act.engine.log_in(&act.form.email, act.form.password.clone()).await?;
        remember(&act.session, &person).await?;
        let next = local_path(&act.form.next).unwrap_or("/");
        Ok(Done::to(format!("Signed in as {}.", person.name), next))
    }
    .await;
    act.answer(result).await
}

/// Puts a person into a session under a new id, so that one known before does not become theirs.
pub async fn remember(session: &Session, person: &Person) -> Result<(), Refusal> {
    let trouble = |error: tower_sessions::session::Error| {
        Refusal::Internal(format!("keeping a session: {error}"))
    };
    session.cycle_id().await.map_err(trouble)?;
    session.insert(PERSON, person.id.0).await.map_err(trouble)
}
