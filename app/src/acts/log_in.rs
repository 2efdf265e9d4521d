//! Signing in.

use axum::response::Response;
use serde::Deserialize;

use crate::{
    act::OpenAct,
    answer::Done,
    auth::{local_path, remember},
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
        let (person, signed_in) =
            act.engine.log_in(&act.form.email, act.form.password.clone()).await?;
        remember(&act.session, signed_in).await?;
        let next = local_path(&act.form.next).unwrap_or("/");
        Ok(Done::to(format!("Signed in as {}.", person.name), next))
    }
    .await;
    act.answer(result).await
}
