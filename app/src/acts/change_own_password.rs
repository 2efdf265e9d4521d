//! Changing one's own password.

use axum::response::Response;
use engine::Refusal;
use serde::Deserialize;

use crate::{act::Act, answer::Done, auth::remember};

/// The form.
#[derive(Deserialize)]
pub struct ChangeOwnPassword {
    current: String,
    password: String,
    again: String,
}

/// Changes it; this session goes on under a new id, all others end.
pub async fn change_own_password(act: Act<ChangeOwnPassword>) -> Response {
    let result = async {
        let form = &act.form;
        if form.password != form.again {
            return Err(Refusal::field("/again", "must be the same as the new password"));
        }
        let person = act.person()?;
        let (current, new) = (form.current.clone(), form.password.clone());
        let signed_in = act.engine.change_own_password(person, current, new).await?;
        remember(&act.session, signed_in).await?;
        let done = "Changed your password. You are signed out everywhere else.";
        Ok(Done::to(done, "/settings"))
    }
    .await;
    act.answer(result).await
}
