//! The interface's routes, for the server to put its layers around.

use std::sync::Arc;

use axum::{Router, middleware, routing::get};
use engine::Engine;
use leptos::{config::LeptosOptions, prelude::provide_context};
use leptos_axum::{LeptosRoutes as _, generate_route_list};

use crate::{
    auth, events,
    http::{
        form_response::{Forms, Render, form_response},
        security_headers,
    },
    palette::palette,
    routes::Routes,
    screenshots,
    shell::shell,
    state::Portal,
    static_files,
};

/// Everything people meet in the browser: pages, the acts of their forms, the event stream and
/// the site's files. The session layer goes around it.
pub fn router(engine: Engine, options: LeptosOptions) -> Router {
    let portal = Portal::new(engine.clone(), options.clone());
    let given = move || provide_context(engine.clone());
    let page = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let list = generate_route_list(Routes);
    let lost = leptos_axum::render_app_async_with_context(given.clone(), page.clone());
    let render: Render = {
        let lost = lost.clone();
        Arc::new(move |request| lost(request))
    };
    let forms = Forms { portal: portal.clone(), render };
    // The server functions register themselves; Leptos routes them with the pages.
    let inside = Router::new()
        .route("/events", get(events::events))
        .route("/palette.json", get(palette))
        .route("/pictures/{check}/{at}/{n}", get(screenshots::screenshot))
        .leptos_routes_with_context(&portal, list, given, page)
        .fallback(lost)
        .layer(middleware::from_fn_with_state(forms, form_response))
        .layer(middleware::from_fn_with_state(portal.clone(), auth::identify));
    Router::new()
        .merge(static_files::routes(&options))
        .merge(inside)
        .layer(middleware::from_fn(security_headers::secure))
        .with_state(portal)
}
