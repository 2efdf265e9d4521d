//! Adding the first person.

use axum::response::Response;
use domain::roles::Role;
use engine::people::NewPerson;
use serde::Deserialize;

use crate::{act::OpenAct, answer::Done, auth::remember};

/// The form.
#[derive(Deserialize)]
pub struct SetUp {
    name: String,
    email: String,
    password: String,
}

/// Adds the first person and signs them in.
pub async fn set_up(act: OpenAct<SetUp>) -> Response {
    let result = async {
        let form = &act.form;
        let new = NewPerson {
            email: form.email.clone(),
            name: form.name.clone(),
            role: Role::Admin,
            teams: Vec::new(),
            password: form.password.clone(),
        };
        let (person, signed_in) = act.engine.set_up(new).await?;
        remember(&act.session, signed_in).await?;
        Ok(Done::to(format!("Welcome, {}. The portal is set up.", person.name), "/"))
    }
    .await;
    act.answer(result).await
}
