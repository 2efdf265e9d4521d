//! `/ping/{uuid}`: heartbeats of workers, cron jobs and backups, in the form users of Healthchecks
//! know. No token: whoever knows the address may ping.

use axum::{
    body::Body,
    extract::{Path, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use engine::heartbeats::{Ping, PingWord};
use http::{Method, StatusCode, Uri};
use http_body_util::BodyExt as _;
use uuid::Uuid;

use super::{ApiState, problem::Problem};

/// How much of what comes with a ping is read, in bytes.
const BODY_MAX: usize = 4 * 1_024;

/// What is answered to a ping.
const HEARD: &str = "OK";

/// It is done, or alive.
#[utoipa::path(get, path = "/ping/{uuid}", tag = "pings", security(()),
    params(
        ("uuid" = Uuid, Path, description = "From the heartbeat's `ping_url`"),
        ("rid" = Option<Uuid>, Query, description = "The run it is about, where runs overlap"),
    ),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "`OK`: heard and durable"),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "`rid` is no UUID"),
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
    params(
        ("uuid" = Uuid, Path, description = "From the heartbeat's `ping_url`"),
        ("rid" = Option<Uuid>, Query, description = "The run it is about, where runs overlap"),
    ),
    request_body(content = String, content_type = "text/plain"),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "`OK`: heard and durable"),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "`rid` is no UUID"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "There is no such heartbeat"),
    ))]
pub async fn post(
    state: State<ApiState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<&'static str, Problem> {
    hear(&state, &id, PingWord::Success, request).await
}

/// It has begun (`start`), went wrong (`fail`), has something to be kept (`log`), or exited with a
/// code of 0 to 255.
#[utoipa::path(get, path = "/ping/{uuid}/{word}", tag = "pings", security(()),
    params(
        ("uuid" = Uuid, Path, description = "From the heartbeat's `ping_url`"),
        ("word" = String, Path, description = "`start`, `fail`, `log` or an exit code"),
        ("rid" = Option<Uuid>, Query, description = "The run it is about, where runs overlap"),
    ),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "`OK`: heard and durable"),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "`rid` is no UUID"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "There is no such heartbeat or word"),
    ))]
pub async fn get_word(
    state: State<ApiState>,
    Path((id, word)): Path<(String, String)>,
    request: Request,
) -> Result<&'static str, Problem> {
    hear(&state, &id, read(&word)?, request).await
}

/// It has begun (`start`), went wrong (`fail`), has something to be kept (`log`), or exited with a
/// code of 0 to 255; the beginning of the body is kept.
#[utoipa::path(post, path = "/ping/{uuid}/{word}", tag = "pings", security(()),
    params(
        ("uuid" = Uuid, Path, description = "From the heartbeat's `ping_url`"),
        ("word" = String, Path, description = "`start`, `fail`, `log` or an exit code"),
        ("rid" = Option<Uuid>, Query, description = "The run it is about, where runs overlap"),
    ),
    request_body(content = String, content_type = "text/plain"),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "`OK`: heard and durable"),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "`rid` is no UUID"),
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
        let said = "A ping ends in nothing, /start, /fail, /log or an exit code of 0 to 255.";
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
    let rid = rid(request.uri())?;
    let source = state.proxies.client(request.extensions(), request.headers()).to_string();
    let body = beginning(request.into_body()).await;
    match state.engine.heartbeats().ping(id, Ping { word, rid, source, body }).await {
        Ok(()) => Ok(HEARD),
        // Without the id: what was asked for may be a secret with a typo.
        Err(engine::Error::NotFound { .. }) => Err(unknown()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// The id of a run in a ping's query.
fn rid(uri: &Uri) -> Result<Option<Uuid>, Problem> {
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let Some((_, rid)) = query.into_iter().find(|(name, _)| name == "rid") else {
        return Ok(None);
    };
    let rid = rid.parse().map_err(|_| {
        let said = "`rid`, which tells runs apart that overlap, must be a UUID.";
        Problem::new(StatusCode::BAD_REQUEST, said)
    })?;
    Ok(Some(rid))
}

/// Hears what else begins with `/ping`: an address that was put together has a slash too many now
/// and then. What it does not know is answered 404, never led to a page: clients take what they are
/// led to for `OK`.
pub async fn beside_pages(
    State(state): State<ApiState>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let path = request.uri().path().to_owned();
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    if parts.next().is_none_or(|first| !first.eq_ignore_ascii_case("ping")) {
        return Ok(next.run(request).await);
    }
    let no_ping = || {
        let said = "A ping is sent to /ping/ and the id of a heartbeat, and may end in /start, \
                    /fail, /log or an exit code.";
        Problem::new(StatusCode::NOT_FOUND, said)
    };
    let (id, word) = match (parts.next(), parts.next(), parts.next()) {
        (Some(id), None, None) => (id, PingWord::Success),
        (Some(id), Some(word), None) => (id, read(word)?),
        _ => return Err(no_ping()),
    };
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        let said = "A ping is a GET, HEAD or POST.";
        return Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, said));
    }
    Ok(hear(&state, id, word, request).await?.into_response())
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
