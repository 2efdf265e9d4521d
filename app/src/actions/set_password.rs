//! Setting someone's password for them.

use domain::permissions::{Permission, permit};
use engine::Refusal;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form, Secret};

/// Sets it. Whoever changes only their own gives the one they have, elsewhere.
#[server(prefix = "/act", endpoint = "set-password", input = Form)]
pub async fn set_password(email: String, password: Secret) -> Outcome {
    let act = Act::here()?;
    permit(&act.who, Permission::ManagePeople, None).map_err(Refusal::from)?;
    act.engine.set_password(&act.who, &email, password.0).await?;
    Ok(Done::here(format!("Set the password of {email}.")).at("people"))
}
