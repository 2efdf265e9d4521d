//! Ticking a box, or confirming a mixed one.

use axum::response::Response;
use domain::ids::DeploymentId;
use engine::items::PersonAct;
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct Tick {
    deployment: DeploymentId,
    item: String,
    #[serde(default)]
    note: String,
}

/// Takes a person's word that a box is done.
pub async fn tick(act: Act<Tick>) -> Response {
    let form = &act.form;
    let result = act
        .engine
        .speak(&act.who, form.deployment, &form.item, PersonAct::Tick, &form.note)
        .await
        .map(|()| Done::here("Ticked.").at(&form.item));
    act.answer(result).await
}
