//! Signing a deployment off.

use axum::response::Response;
use domain::ids::DeploymentId;
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct SignOff {
    deployment: DeploymentId,
    #[serde(default)]
    comment: String,
}

/// Gives the reader's signature.
pub async fn sign_off(act: Act<SignOff>) -> Response {
    let form = &act.form;
    let result = act.engine.sign(&act.who, form.deployment, &form.comment).await.map(|complete| {
        Done::here(if complete {
            "Signed off. It was the last signature: the watch is closed."
        } else {
            "Signed off. Other signatures are still missing."
        })
        .at("sign-off")
    });
    act.answer(result).await
}
