//! `GET /api/v1/lessons`

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use domain::{
    ids::{DeploymentId, LessonId},
    lesson::Lesson,
    page::Page,
};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::http::{
    ApiState,
    auth::Caller,
    cursor::{self, Listing, Paged},
    extract::InQuery,
    problem::{Problem, Problems},
};

/// Which lessons.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Params {
    /// Those that contain this.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Of this service.
    service: Option<String>,
    /// The most items, 1 to 200; 50 where absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A lesson.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LessonView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: LessonId,
    /// The service's slug.
    service: String,
    /// The deployment it was written on.
    #[schema(value_type = Option<uuid::Uuid>)]
    deployment: Option<DeploymentId>,
    /// That deployment's version.
    version: Option<String>,
    /// What was learned, in a line.
    title: String,
    /// All of it, as Markdown.
    body: String,
    /// Who wrote it.
    author: String,
    /// When.
    created_at: DateTime<Utc>,
}

impl From<Lesson> for LessonView {
    fn from(record: Lesson) -> Self {
        Self {
            id: record.id,
            service: record.service,
            deployment: record.deployment_id,
            version: record.version,
            title: record.title,
            body: record.body,
            author: record.author_name,
            created_at: record.created_at,
        }
    }
}

/// Lessons, newest first.
#[utoipa::path(get, path = "/api/v1/lessons", tag = "lessons", params(Params),
    responses((status = 200, body = Listing<LessonView>), Problems))]
pub async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    InQuery(params): InQuery<Params>,
) -> Result<Json<Listing<LessonView>>, Problem> {
    let limit = cursor::limit(params.limit)?;
    let given = params.cursor.as_deref();
    let before = state.cursors.decode(&state.engine, Paged::Lessons, given).await?;
    let page = Page { before, limit };
    let text = params.q.unwrap_or_default();
    let (found, next) =
        state.engine.lessons().list(&actor, &text, params.service.as_deref(), page).await?;
    Ok(Json(Listing {
        items: found.into_iter().map(LessonView::from).collect(),
        next_cursor: state.cursors.encode(&state.engine, Paged::Lessons, next.as_ref()).await?,
    }))
}
