//! Taking a tick back.

use axum::response::Response;
use domain::ids::DeploymentId;
use engine::items::PersonAct;
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct Untick {
    deployment: DeploymentId,
    item: String,
    #[serde(default)]
    note: String,
}

/// Takes a person's word back.
pub async fn untick(act: Act<Untick>) -> Response {
    let form = &act.form;
    let result = act
        .engine
        .speak(&act.who, form.deployment, &form.item, PersonAct::Untick, &form.note)
        .await
        .map(|()| Done::here("Taken back. The history keeps both.").at(&form.item));
    act.answer(result).await
}
