//! The fault switches over HTTP, on a listener of their own that only loopback reaches.

use axum::{
    Json, Router,
    extract::{Form, Request, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{control_page, faults::Switches, pages::assets, state::AppState};

/// `/control`, `/control/reset`, `/control/release`.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::to("/control") }))
        .route("/control", get(show).post(change))
        .route("/control/form", post(change_by_form))
        .route("/control/reset", post(reset))
        .route("/control/release", post(release))
        .route("/assets/shop.css", get(assets::style_sheet))
        .route("/assets/icon.svg", get(assets::icon))
        .layer(tower_http::csrf::CsrfLayer::new())
        .layer(from_fn(loopback_names_only))
        .layer(from_fn(crate::middleware::static_headers))
        .with_state(state)
}

/// A page of elsewhere whose name was made to resolve to this machine must not throw switches.
async fn loopback_names_only(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let url = host.and_then(|host| url::Url::parse(&format!("http://{host}/")).ok());
    let local = match url.as_ref().and_then(url::Url::host) {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if local {
        next.run(request).await
    } else {
        (StatusCode::MISDIRECTED_REQUEST, "ask for this by a loopback address\n").into_response()
    }
}

async fn show(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let wanted = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if wanted.is_some_and(|accept| accept.contains("text/html")) {
        return control_page::page(&state.faults.get(), &state.release(), None).into_response();
    }
    standing(&state, &state.faults.get())
}

async fn change(
    State(state): State<AppState>,
    body: Result<Json<Value>, JsonRejection>,
) -> Response {
    let change = match body {
        Ok(Json(change)) => change,
        Err(rejection) => return refuse(rejection.status(), &rejection.body_text()),
    };
    match state.faults.change(&change) {
        Ok(now) => {
            log(&now);
            standing(&state, &now)
        }
        Err(error) => refuse(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string()),
    }
}

async fn change_by_form(
    State(state): State<AppState>,
    Form(form): Form<Vec<(String, String)>>,
) -> Response {
    // A box that is not ticked is not sent: everything starts from off.
    let mut change = match serde_json::to_value(Switches::default()) {
        Ok(Value::Object(off)) => off,
        _ => Map::new(),
    };
    for (name, value) in form {
        let value = match value.as_str() {
            "on" => Value::Bool(true),
            text => text.parse::<u64>().map_or_else(|_| Value::from(text), Value::from),
        };
        change.insert(name, value);
    }
    match state.faults.change(&Value::Object(change)) {
        Ok(now) => {
            log(&now);
            Redirect::to("/control").into_response()
        }
        Err(error) => {
            let problem = error.to_string();
            let page = control_page::page(&state.faults.get(), &state.release(), Some(&problem));
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
    }
}

async fn reset(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let now = state.faults.reset();
    log(&now);
    if is_form(&headers) {
        Redirect::to("/control").into_response()
    } else {
        standing(&state, &now)
    }
}

/// The version to run. Fields besides are ignored, so that any deployment hook can call this: one
/// that rolls back names the version to restore beside the one it takes off.
#[derive(Deserialize)]
struct Release {
    to_version: Option<String>,
    target_version: Option<String>,
    version: Option<String>,
}

impl Release {
    fn wanted(self) -> Option<String> {
        self.to_version.or(self.target_version).or(self.version)
    }
}

async fn release(State(state): State<AppState>, headers: HeaderMap, body: String) -> Response {
    let wanted = if is_form(&headers) {
        let mut pairs = url::form_urlencoded::parse(body.as_bytes());
        pairs.find(|(name, _)| name == "version").map(|(_, value)| value.into_owned())
    } else {
        serde_json::from_str::<Release>(&body).ok().and_then(Release::wanted)
    };
    let wanted = wanted.as_deref().map(str::trim).filter(|version| is_version(version));
    let Some(version) = wanted else {
        let problem = "send {\"version\": \"1.4.1\"}: 1 to 40 letters, digits, dots, + - _";
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, problem);
    };
    let before = state.set_release(version);
    tracing::info!(version, before, "release changed");
    if is_form(&headers) {
        return Redirect::to("/control").into_response();
    }
    standing(&state, &state.faults.get())
}

fn is_version(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_');
    (1..=40).contains(&text.len()) && text.chars().all(fits)
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

fn standing(state: &AppState, switches: &Switches) -> Response {
    let mut body = json!(switches);
    body["release"] = Value::from(state.release());
    Json(body).into_response()
}

fn refuse(status: StatusCode, problem: &str) -> Response {
    (status, Json(json!({ "error": problem }))).into_response()
}

fn log(now: &Switches) {
    tracing::info!(switches = %json!(now), "fault switches changed");
}
