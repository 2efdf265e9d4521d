//! Marking a box as failed.

use axum::response::Response;
use domain::ids::DeploymentId;
use engine::items::PersonAct;
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct MarkFailed {
    deployment: DeploymentId,
    item: String,
    #[serde(default)]
    note: String,
}

/// Takes a person's word that a box failed.
pub async fn mark_failed(act: Act<MarkFailed>) -> Response {
    let form = &act.form;
    let result = act
        .engine
        .speak(&act.who, form.deployment, &form.item, PersonAct::MarkFailed, &form.note)
        .await
        .map(|()| Done::here("Marked as failed.").at(&form.item));
    act.answer(result).await
}
