//! Marking a box as failed.

use axum::response::Response;
use domain::ids::RunId;
use engine::runs::ManualAction;
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct MarkFailed {
    #[serde(alias = "deployment")]
    run: RunId,
    item: String,
    #[serde(default)]
    note: String,
}

/// Takes a person's word that a box failed.
pub async fn mark_failed(act: Act<MarkFailed>) -> Response {
    let form = &act.form;
    let result = act
        .engine
        .runs()
        .set_manual_status(&act.who, form.run, &form.item, ManualAction::MarkFailed, &form.note)
        .await
        .map(|()| Done::here("Marked as failed.").at(&form.item));
    act.answer(result).await
}
