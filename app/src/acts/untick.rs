//! Taking a tick back.

use axum::response::Response;
use domain::ids::RunId;
use engine::runs::ManualAction;
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct Untick {
    #[serde(alias = "deployment")]
    run: RunId,
    item: String,
    #[serde(default)]
    note: String,
}

/// Takes a person's word back.
pub async fn untick(act: Act<Untick>) -> Response {
    let form = &act.form;
    let result = act
        .engine
        .runs()
        .set_manual_status(&act.who, form.run, &form.item, ManualAction::Untick, &form.note)
        .await
        .map(|()| Done::here("Taken back. The history keeps both.").at(&form.item));
    act.answer(result).await
}
