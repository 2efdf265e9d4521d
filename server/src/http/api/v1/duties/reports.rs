//! `POST /api/v1/duties/runs/{id}/items/{key}/reports`

use axum::{extract::State, response::Response};
use domain::ids::DutyRunId;
use engine::runs::{ReportAnswer, ReportRequest};

use crate::http::{
    ApiState,
    api::v1::items::reports::ReportParams,
    extract::{ExitStatus, InPath, InQuery, Raw},
    problem::{Problem, Problems},
    reply,
};

/// A test report on an item: JUnit XML, Playwright's JSON or a k6 summary, told apart by content.
/// On a `human` item it stands as evidence and closes nothing.
#[utoipa::path(post, path = "/api/v1/duties/runs/{id}/items/{key}/reports", tag = "duties",
    params(
        ("id" = uuid::Uuid, Path, description = "The run"),
        ("key" = String, Path, description = "The item's key"),
        ReportParams,
        ("Exit-Status" = Option<u32>, Header, description = "As `exit_status`"),
        ("Idempotency-Key" = Option<String>, Header, description = "Do it once"),
    ),
    request_body(content((String = "application/xml"), (String = "application/json")),
        description = "The report as the tool wrote it, at most 10 MiB"),
    responses((status = 200, body = ReportAnswer, description = "Kept"), Problems))]
pub async fn post(
    State(state): State<ApiState>,
    InPath((id, key)): InPath<(DutyRunId, String)>,
    InQuery(params): InQuery<ReportParams>,
    ExitStatus(exit_status): ExitStatus,
    Raw { actor, bytes, content_type, key: once, room: _room }: Raw,
) -> Result<Response, Problem> {
    let exit_status = params.exit_status(exit_status)?;
    let (body, name) = (bytes.to_vec(), params.name);
    let request = ReportRequest { body, content_type, name, exit_status };
    reply::once::<200, _, _>(once, |idempotency| {
        state.engine.runs().post_report(&actor, id, &key, request, idempotency)
    })
    .await
}
