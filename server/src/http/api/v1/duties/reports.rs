//! `POST /api/v1/duties/runs/{id}/items/{key}/reports`

use axum::{extract::State, response::Response};
use domain::ids::DutyRunId;
use engine::runs::ReportAnswer;

use crate::http::{
    ApiState,
    extract::{InPath, Raw},
    problem::{Problem, Problems},
    reply,
};

/// A test report on an item: JUnit XML, Playwright's JSON or a k6 summary, told apart by content.
/// On a `human` item it stands as evidence and closes nothing.
#[utoipa::path(post, path = "/api/v1/duties/runs/{id}/items/{key}/reports", tag = "duties",
    params(
        ("id" = uuid::Uuid, Path, description = "The run"),
        ("key" = String, Path, description = "The item's key"),
        ("Idempotency-Key" = Option<String>, Header, description = "Do it once"),
    ),
    request_body(content((String = "application/xml"), (String = "application/json")),
        description = "The report as the tool wrote it, at most 10 MiB"),
    responses((status = 200, body = ReportAnswer, description = "Kept"), Problems))]
pub async fn post(
    State(state): State<ApiState>,
    InPath((id, key)): InPath<(DutyRunId, String)>,
    Raw { actor, bytes, content_type, key: once }: Raw,
) -> Result<Response, Problem> {
    let body = bytes.to_vec();
    reply::once::<200, _, _>(once, |idempotency| {
        state.engine.runs().post_report(&actor, id, &key, body, content_type, idempotency)
    })
    .await
}
