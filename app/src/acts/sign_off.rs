//! Signing a run off.

use axum::response::Response;
use domain::ids::RunId;
use engine::runs::SignedOff;
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct SignOff {
    #[serde(alias = "deployment")]
    run: RunId,
    #[serde(default)]
    comment: String,
}

/// Gives the reader's signature.
pub async fn sign_off(act: Act<SignOff>) -> Response {
    let form = &act.form;
    let signed = act.engine.runs().sign_off(&act.who, form.run, &form.comment).await;
    let result = signed.map(|signed| {
        Done::here(match signed {
            SignedOff::Closed => "Signed off. It was the last signature: this is closed.",
            SignedOff::Waiting => "Signed off. Other signatures are still missing.",
        })
        .at("sign-off")
    });
    act.answer(result).await
}
