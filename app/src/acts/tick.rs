//! Ticking a box, or confirming a mixed one.

use axum::response::Response;
use domain::ids::RunId;
use engine::runs::ManualAction;
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct Tick {
    #[serde(alias = "deployment")]
    run: RunId,
    item: String,
    #[serde(default)]
    note: String,
}

/// Takes a person's word that a box is done.
pub async fn tick(act: Act<Tick>) -> Response {
    let form = &act.form;
    let result = act
        .engine
        .runs()
        .set_manual_status(&act.who, form.run, &form.item, ManualAction::Tick, &form.note)
        .await
        .map(|()| Done::here("Ticked.").at(&form.item));
    act.answer(result).await
}
