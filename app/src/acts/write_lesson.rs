//! Writing a lesson on a run.

use axum::response::Response;
use domain::ids::DeploymentId;
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct WriteLesson {
    deployment: DeploymentId,
    title: String,
    #[serde(default)]
    body: String,
}

/// Keeps the lesson.
pub async fn write_lesson(act: Act<WriteLesson>) -> Response {
    let form = &act.form;
    let result = act
        .engine
        .write_lesson(&act.who, form.deployment, &form.title, &form.body)
        .await
        .map(|_| Done::here("The lesson is kept.").at("lessons"));
    act.answer(result).await
}
