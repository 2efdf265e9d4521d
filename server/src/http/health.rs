//! `/healthz`: the process is alive. `/readyz`: its database answers and its scheduler runs.

use axum::{Json, extract::State};
use http::StatusCode;
use serde::Serialize;

use super::{ApiState, problem::Problem};

/// How the portal is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// `ok`.
    pub status: &'static str,
    /// The portal's version.
    pub version: &'static str,
}

const OK: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

/// The process is alive.
#[utoipa::path(get, path = "/healthz", tag = "the portal", security(()),
    responses((status = 200, body = Health)))]
pub async fn healthz() -> Json<Health> {
    Json(OK)
}

/// The database answers and the scheduler runs.
#[utoipa::path(get, path = "/readyz", tag = "the portal", security(()),
    responses(
        (status = 200, body = Health),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn readyz(State(state): State<ApiState>) -> Result<Json<Health>, Problem> {
    match state.engine.readiness().check().await {
        Ok(()) => Ok(Json(OK)),
        Err(error) => {
            tracing::error!(%error, "not ready");
            Err(Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The database does not answer, or the scheduler does not run.",
            ))
        }
    }
}
