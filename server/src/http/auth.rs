//! Who calls: the bearer token of a request.

use axum::extract::FromRequestParts;
use domain::actor::Actor;
use engine::Error;
use http::{StatusCode, header, request::Parts};

use super::{ApiState, problem::Problem};

/// The token's actor.
#[derive(Debug, Clone)]
pub struct Caller(pub Actor);

impl FromRequestParts<ApiState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| {
                let (scheme, token) = value.split_once(' ')?;
                scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
            });
        let Some(token) = token else {
            return Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                "Send a token: `Authorization: Bearer d2_…`. Make one under Settings, Tokens, or \
                 with `daytwo token create`.",
            ));
        };
        match state.engine.tokens().authenticate(token).await {
            Ok(actor) => {
                let caller = Self(actor);
                parts.extensions.insert(caller.clone());
                Ok(caller)
            }
            Err(refusal @ Error::Unauthenticated(_)) => {
                let client = state.proxies.client(&parts.extensions, &parts.headers);
                Err(state.limits.token_failed(client).unwrap_or_else(|| refusal.into()))
            }
            Err(refusal) => Err(refusal.into()),
        }
    }
}
