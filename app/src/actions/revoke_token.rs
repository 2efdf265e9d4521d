//! Revoking a token.

use domain::ids::TokenId;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Revokes it.
#[server(prefix = "/act", endpoint = "revoke-token", input = Form)]
pub async fn revoke_token(token: TokenId) -> Outcome {
    let act = Act::here()?;
    act.engine.tokens().revoke(&act.actor, token).await?;
    Ok(Done::here("Revoked the token. It does not work any more.").at("tokens"))
}
