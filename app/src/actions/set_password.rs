//! Setting someone's password for them.

use domain::permissions::{Permission, authorize};
use engine::Error;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form, Secret};

/// Sets it. Whoever changes only their own gives the one they have, elsewhere.
#[server(prefix = "/act", endpoint = "set-password", input = Form)]
pub async fn set_password(email: String, password: Secret) -> Outcome {
    let act = Act::here()?;
    authorize(&act.actor, Permission::ManagePeople, None).map_err(Error::from)?;
    act.engine.people().set_password(&act.actor, &email, password.0).await?;
    Ok(Done::here(format!("Set the password of {email}.")).at("people"))
}
