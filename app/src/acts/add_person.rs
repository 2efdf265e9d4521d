//! Adding a person.

use axum::response::Response;
use domain::roles::Role;
use engine::{Refusal, people::NewPerson};
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct AddPerson {
    name: String,
    email: String,
    role: String,
    #[serde(default)]
    teams: String,
    password: String,
}

/// Adds them.
pub async fn add_person(act: Act<AddPerson>) -> Response {
    let result = async {
        let form = &act.form;
        let new = NewPerson {
            email: form.email.clone(),
            name: form.name.clone(),
            role: role(&form.role)?,
            teams: teams(&form.teams),
            password: form.password.clone(),
        };
        let person = act.engine.add_person(&act.who, new).await?;
        Ok(Done::here(format!("Added {}. Tell them the password yourself.", person.name))
            .at("people"))
    }
    .await;
    act.answer(result).await
}

/// Reads a role.
pub fn role(word: &str) -> Result<Role, Refusal> {
    Role::parse(word)
        .ok_or_else(|| Refusal::field("/role", "must be viewer, operator, approver or admin"))
}

/// Reads team labels, with commas or spaces between them.
pub fn teams(text: &str) -> Vec<String> {
    let labels = text.split([',', ' ']).map(str::trim).filter(|label| !label.is_empty());
    let mut found: Vec<String> = Vec::new();
    for label in labels.map(str::to_lowercase) {
        if !found.contains(&label) {
            found.push(label);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::teams;

    #[test]
    fn teams_come_with_commas_or_spaces() {
        assert_eq!(teams(" SRE, product sre,, "), ["sre", "product"]);
        assert!(teams(" , ").is_empty());
    }
}
