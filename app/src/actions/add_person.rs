//! Adding a person.

use domain::roles::Role;
use engine::{Error, people::NewPerson};
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form, Secret};

/// Adds them.
#[server(prefix = "/act", endpoint = "add-person", input = Form)]
pub async fn add_person(
    name: String,
    email: String,
    role: String,
    #[server(default)] teams: String,
    password: Secret,
) -> Outcome {
    let act = Act::here()?;
    let new = NewPerson {
        email,
        name,
        role: role_of(&role)?,
        teams: labels(&teams),
        password: password.0,
    };
    let person = act.engine.people().add(&act.actor, new).await?;
    Ok(Done::here(format!("Added {}. Tell them the password yourself.", person.name)).at("people"))
}

/// Reads a role.
pub fn role_of(word: &str) -> Result<Role, Error> {
    Role::parse(word)
        .ok_or_else(|| Error::field("/role", "must be viewer, operator, approver or admin"))
}

/// Reads team labels, with commas or spaces between them.
pub fn labels(text: &str) -> Vec<String> {
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
    use super::labels;

    #[test]
    fn teams_come_with_commas_or_spaces() {
        assert_eq!(labels(" SRE, product sre,, "), ["sre", "product"]);
        assert!(labels(" , ").is_empty());
    }
}
