//! Changing what a person may do.

use domain::ids::PersonId;
use engine::people::Labels;
use leptos::prelude::*;

use super::{
    Done, Outcome,
    add_person::{labels, role_of},
};
use crate::form::{Act, Form};

/// Changes it.
#[server(prefix = "/act", endpoint = "change-person", input = Form)]
pub async fn change_person(
    person: PersonId,
    role: String,
    #[server(default)] teams: String,
    #[server(default)] logins: String,
    #[server(default)] enabled: Option<String>,
) -> Outcome {
    let act = Act::here()?;
    let role = role_of(&role)?;
    let known_by = Labels { teams: labels(&teams), logins: labels(&logins) };
    act.engine.people().change(&act.actor, person, role, known_by, enabled.is_some()).await?;
    Ok(Done::here("Saved the person.").at("people"))
}
