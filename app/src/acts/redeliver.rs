//! Having a rollback's hook called again.

use axum::response::Response;
use domain::ids::DeploymentId;
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct Redeliver {
    deployment: DeploymentId,
}

/// Has it called again.
pub async fn redeliver(act: Act<Redeliver>) -> Response {
    let result = act
        .engine
        .redeliver(&act.who, act.form.deployment)
        .await
        .map(|()| Done::here("The hook is being called again.").at("rollback"));
    act.answer(result).await
}
