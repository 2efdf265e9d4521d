//! Setting someone's password for them.

use axum::response::Response;
use domain::permissions::{Permission, permit};
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct SetPassword {
    email: String,
    password: String,
}

/// Sets it. Whoever changes only their own gives the one they have, elsewhere.
pub async fn set_password(act: Act<SetPassword>) -> Response {
    let result = async {
        permit(&act.who, Permission::ManagePeople, None)?;
        let form = &act.form;
        act.engine.set_password(&act.who, &form.email, form.password.clone()).await?;
        Ok(Done::here(format!("Set the password of {}.", form.email)).at("people"))
    }
    .await;
    act.answer(result).await
}
