//! Changing one's own password.

use axum::response::Response;
use engine::Refusal;
use serde::Deserialize;

use super::log_in::remember;
use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct ChangeOwnPassword {
    current: String,
    password: String,
    again: String,
}

/// Changes it and gives the session a new id.
pub async fn change_own_password(act: Act<ChangeOwnPassword>) -> Response {
    let result = async {
        let form = &act.form;
        if form.password != form.again {
            return Err(Refusal::field("/again", "must be the same as the new password"));
        }
        let person = act.person()?;
        act.engine.change_own_password(person, form.current.clone(), form.password.clone()).await?;
        remember(&act.session, person).await?;
        Ok(Done::to("Changed your password.", "/settings"))
    }
    .await;
    act.answer(result).await
}
