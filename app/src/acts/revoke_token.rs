//! Revoking a token.

use axum::response::Response;
use domain::ids::TokenId;
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form.
#[derive(Debug, Deserialize)]
pub struct Revoke {
    token: TokenId,
}

/// Revokes it.
pub async fn revoke_token(act: Act<Revoke>) -> Response {
    let result = act
        .engine
        .revoke_token(&act.who, act.form.token)
        .await
        .map(|()| Done::here("Revoked the token. It does not work any more.").at("tokens"));
    act.answer(result).await
}
