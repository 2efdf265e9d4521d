//! Writing a lesson on a run.

use domain::ids::DeploymentId;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Keeps the lesson.
#[server(prefix = "/act", endpoint = "write-lesson", input = Form)]
pub async fn write_lesson(
    deployment: DeploymentId,
    title: String,
    #[server(default)] body: String,
) -> Outcome {
    let act = Act::here()?;
    act.engine.lessons().write(&act.actor, deployment, &title, &body).await?;
    Ok(Done::here("The lesson is kept.").at("lessons"))
}
