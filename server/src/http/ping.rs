//! `/ping/{uuid}`: heartbeats of workers, cron jobs and backups, in the form users of Healthchecks
//! know. No token: whoever knows the address may ping.

use axum::{
    body::Body,
    extract::{Path, Request, State},
};
use engine::heartbeats::{Ping, PingWord};
use http::StatusCode;
use http_body_util::BodyExt as _;
use uuid::Uuid;

use super::{ApiState, problem::Problem};

/// How much of what comes with a ping is read, in bytes.
const BODY_MAX: usize = 4 * 1_024;

/// What is answered to a ping.
const HEARD: &str = "OK";

/// It is done, or alive.
#[utoipa::path(get, path = "/ping/{uuid}", tag = "pings", security(()),
    params(("uuid" = Uuid, Path, description = "From the heartbeat's `ping_url`")),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "`OK`: heard and durable"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "There is no such heartbeat"),
    ))]
pub async fn get(
    state: State<ApiState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<&'static str, Problem> {
    hear(&state, &id, PingWord::Success, request).await
}

/// It is done, or alive; the beginning of the body is kept.
#[utoipa::path(post, path = "/ping/{uuid}", tag = "pings", security(()),
    params(("uuid" = Uuid, Path, description = "From the heartbeat's `ping_url`")),
    request_body(content = String, content_type = "text/plain"),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "`OK`: heard and durable"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "There is no such heartbeat"),
    ))]
pub async fn post(
    state: State<ApiState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<&'static str, Problem> {
    hear(&state, &id, PingWord::Success, request).await
}

/// It has begun (`start`), went wrong (`fail`), or exited with a code of 0 to 255.
#[utoipa::path(get, path = "/ping/{uuid}/{word}", tag = "pings", security(()),
    params(
        ("uuid" = Uuid, Path, description = "From the heartbeat's `ping_url`"),
        ("word" = String, Path, description = "`start`, `fail` or an exit code"),
    ),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "`OK`: heard and durable"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "There is no such heartbeat or word"),
    ))]
pub async fn get_word(
    state: State<ApiState>,
    Path((id, word)): Path<(String, String)>,
    request: Request,
) -> Result<&'static str, Problem> {
    hear(&state, &id, read(&word)?, request).await
}

/// It has begun (`start`), went wrong (`fail`), or exited with a code of 0 to 255; the beginning of
/// the body is kept.
#[utoipa::path(post, path = "/ping/{uuid}/{word}", tag = "pings", security(()),
    params(
        ("uuid" = Uuid, Path, description = "From the heartbeat's `ping_url`"),
        ("word" = String, Path, description = "`start`, `fail` or an exit code"),
    ),
    request_body(content = String, content_type = "text/plain"),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "`OK`: heard and durable"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "There is no such heartbeat or word"),
    ))]
pub async fn post_word(
    state: State<ApiState>,
    Path((id, word)): Path<(String, String)>,
    request: Request,
) -> Result<&'static str, Problem> {
    hear(&state, &id, read(&word)?, request).await
}

fn read(word: &str) -> Result<PingWord, Problem> {
    PingWord::parse(word).ok_or_else(|| {
        let said = "A ping ends in nothing, /start, /fail or an exit code of 0 to 255.";
        Problem::new(StatusCode::NOT_FOUND, said)
    })
}

async fn hear(
    state: &ApiState,
    id: &str,
    word: PingWord,
    request: Request,
) -> Result<&'static str, Problem> {
    let unknown = || {
        let said = "There is no such heartbeat. Its address is among the service's heartbeats.";
        Problem::new(StatusCode::NOT_FOUND, said)
    };
    let id: Uuid = id.parse().map_err(|_| unknown())?;
    let source = state.proxies.client(request.extensions(), request.headers()).to_string();
    let body = beginning(request.into_body()).await;
    match state.engine.heartbeats().ping(id, Ping { word, source, body }).await {
        Ok(()) => Ok(HEARD),
        // Without the id: what was asked for may be a secret with a typo.
        Err(engine::Error::NotFound { .. }) => Err(unknown()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// The beginning of a body. One that is longer, or breaks off, is no reason not to hear the ping.
async fn beginning(mut body: Body) -> Vec<u8> {
    let mut read = Vec::new();
    while read.len() < BODY_MAX {
        let Some(Ok(frame)) = body.frame().await else { break };
        if let Ok(data) = frame.into_data() {
            let room = BODY_MAX - read.len();
            read.extend_from_slice(&data[..data.len().min(room)]);
        }
    }
    read
}
