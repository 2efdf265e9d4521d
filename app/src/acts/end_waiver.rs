//! Ending a waiver before its time.

use axum::response::Response;
use domain::ids::RunId;
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct EndWaiver {
    #[serde(alias = "deployment")]
    run: RunId,
    item: String,
}

/// Opens a waived box again.
pub async fn end_waiver(act: Act<EndWaiver>) -> Response {
    let form = &act.form;
    let result = act
        .engine
        .runs()
        .end_waiver(&act.who, form.run, &form.item)
        .await
        .map(|()| Done::here("The waiver has ended.").at(&form.item));
    act.answer(result).await
}
