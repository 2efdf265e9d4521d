//! Adding the first person.

use domain::roles::Role;
use engine::people::NewPerson;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::{
    auth::remember,
    form::{Form, OpenAct, Secret},
};

/// Adds the first person and signs them in.
#[server(prefix = "/act", endpoint = "set-up", input = Form)]
pub async fn set_up(name: String, email: String, password: Secret) -> Outcome {
    let act = OpenAct::here()?;
    let new = NewPerson { email, name, role: Role::Admin, teams: Vec::new(), password: password.0 };
    let (person, signed_in) = act.engine.people().set_up(new).await?;
    remember(&act.session, signed_in).await?;
    Ok(Done::to(format!("Welcome, {}. The portal is set up.", person.name), "/"))
}
