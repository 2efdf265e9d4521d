//! `POST /api/v1/deployments/{id}/items/{key}/reports`

use axum::{extract::State, response::Response};
use domain::ids::DeploymentId;
use engine::runs::{ReportAnswer, ReportRequest};

use serde::Deserialize;

use crate::http::{
    ApiState,
    extract::{ExitStatus, InPath, InQuery, Raw},
    problem::{Problem, Problems},
    reply,
};

/// What a report comes with.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReportParams {
    /// What it is called. Reports of different names stand beside each other, and the item passes
    /// only if each does; a newer one takes the place of its own name. Without one a report is known
    /// by its tests: one of the same tests, or of more, takes its place.
    #[param(max_length = 80)]
    pub name: Option<String>,
    /// The exit status of the tool that wrote it. It can only make the report worse.
    #[param(value_type = Option<u32>)]
    pub exit_status: Option<String>,
}

impl ReportParams {
    /// The exit status, of the query or of the header: where both give one, the worse.
    ///
    /// # Errors
    /// Where it is no number.
    pub fn exit_status(&self, header: Option<u32>) -> Result<Option<u32>, Problem> {
        let Some(text) = &self.exit_status else { return Ok(header) };
        let status: u32 = text.trim().parse().map_err(|_| {
            Problem::field(
                "/exit_status",
                "must be the number the tool ended with, such as 0 or 1; leave it out where it is \
                 not known",
            )
        })?;
        Ok(Some(status.max(header.unwrap_or_default())))
    }
}

/// A test report on an item: JUnit XML, Playwright's JSON or a k6 summary, told apart by content.
/// On a `human` item it stands as evidence and closes nothing.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/items/{key}/reports", tag = "items",
    params(
        ("id" = uuid::Uuid, Path, description = "The deployment"),
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
    InPath((id, key)): InPath<(DeploymentId, String)>,
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
