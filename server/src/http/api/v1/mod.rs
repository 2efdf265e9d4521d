//! Version 1 of the API: one call a file.

mod deployments;
mod duties;
mod heartbeats;
mod indicators;
mod items;
mod lessons;
mod services;

use axum::extract::DefaultBodyLimit;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::super::{ApiState, health, metrics, ping};

/// The most bytes of a JSON body.
const JSON_MAX: usize = 1024 * 1024;
/// The most bytes of a call's points: 10,000 of them with long names fit.
const POINTS_MAX: usize = 4 * 1024 * 1024;
/// The most bytes of a report.
const REPORT_MAX: usize = 10 * 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Daytwo",
        description = "The HTTP API for CI and scripts. Durations are in seconds with the suffix \
                       `_s`, times are RFC 3339 in UTC, ids are UUIDv7."
    ),
    modifiers(&Bearer),
    security(("token" = [])),
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token made under Settings or with `daytwo token create`"))
            .build();
        api.components
            .get_or_insert_default()
            .add_security_scheme("token", SecurityScheme::Http(token));
    }
}

/// All calls with their documentation.
pub fn routes() -> OpenApiRouter<ApiState> {
    let json = OpenApiRouter::new()
        .routes(routes!(services::list::list))
        .routes(routes!(services::get::get, services::put::put))
        .routes(routes!(services::check::put, services::check::retire))
        .routes(routes!(services::measurements::list))
        .routes(routes!(heartbeats::list::list))
        .routes(routes!(heartbeats::put::put, heartbeats::put::retire))
        .routes(routes!(indicators::list::list))
        .routes(routes!(indicators::put::put, indicators::put::retire))
        .routes(routes!(deployments::list::list, deployments::announce::announce))
        .routes(routes!(deployments::get::get))
        .routes(routes!(deployments::gate::gate))
        .routes(routes!(deployments::rollback::roll_back))
        .routes(routes!(items::results::post))
        .routes(routes!(duties::list::list))
        .routes(routes!(duties::put::put, duties::put::retire))
        .routes(routes!(duties::results::post))
        .routes(routes!(lessons::list))
        .layer(DefaultBodyLimit::max(JSON_MAX));
    let reports = OpenApiRouter::new()
        .routes(routes!(items::reports::post))
        .routes(routes!(duties::reports::post))
        .layer(DefaultBodyLimit::max(REPORT_MAX));
    let points = OpenApiRouter::new()
        .routes(routes!(indicators::points::post))
        .layer(DefaultBodyLimit::max(POINTS_MAX));
    let portal = OpenApiRouter::new()
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(metrics::metrics))
        .routes(routes!(ping::get, ping::post))
        .routes(routes!(ping::get_word, ping::post_word));
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(json)
        .merge(reports)
        .merge(points)
        .merge(portal)
}
