//! Changing what a person may do.

use axum::response::Response;
use domain::ids::PersonId;
use serde::Deserialize;

use super::add_person::{role, teams};
use crate::{act::Act, answer::Done};

/// The form.
#[derive(Debug, Deserialize)]
pub struct ChangePerson {
    person: PersonId,
    role: String,
    #[serde(default)]
    teams: String,
    #[serde(default)]
    enabled: Option<String>,
}

/// Changes it.
pub async fn change_person(act: Act<ChangePerson>) -> Response {
    let result = async {
        let form = &act.form;
        let (role, teams) = (role(&form.role)?, teams(&form.teams));
        act.engine
            .change_person(&act.who, form.person, role, teams, form.enabled.is_some())
            .await?;
        Ok(Done::here("Saved the person.").at("people"))
    }
    .await;
    act.answer(result).await
}
