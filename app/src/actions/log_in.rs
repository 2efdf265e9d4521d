//! Signing in.

use leptos::prelude::*;

use super::{Done, Outcome};
use crate::{
    auth::remember,
    form::{Form, OpenAct, Secret},
    urls::local_path,
};

/// Signs in and goes where the reader wanted to go.
#[server(prefix = "/act", endpoint = "log-in", input = Form)]
pub async fn log_in(email: String, password: Secret, #[server(default)] next: String) -> Outcome {
    let act = OpenAct::here()?;
    let (person, signed_in) = act.engine.people().log_in(&email, password.0).await?;
    act.engine.sessions().make_room(person.id).await?;
    remember(&act.session, signed_in).await?;
    let next = local_path(&next).unwrap_or("/");
    Ok(Done::to(format!("Signed in as {}.", person.name), next))
}
