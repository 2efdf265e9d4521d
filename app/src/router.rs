//! The interface's routes, for the server to put its layers around.

use axum::{Router, middleware, routing::get};
use engine::Engine;
use leptos::{config::LeptosOptions, prelude::provide_context};
use leptos_axum::{LeptosRoutes as _, generate_route_list};

use crate::{
    acts, auth, events, files, headers, palette::palette, pictures, portal::Portal, routes::Routes,
    shell::shell,
};

/// Everything people meet in the browser: pages, the acts of their forms, the event stream and
/// the site's files. The session layer goes around it.
pub fn router(engine: Engine, options: LeptosOptions) -> Router {
    let portal = Portal { engine: engine.clone(), options: options.clone() };
    let given = move || provide_context(engine.clone());
    let page = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let list = generate_route_list(Routes);
    let lost = leptos_axum::render_app_async_with_context(given.clone(), page.clone());
    let inside = Router::new()
        .route("/events", get(events::events))
        .route("/palette.json", get(palette))
        .route("/pictures/{check}/{at}/{n}", get(pictures::picture))
        .nest("/act", acts::routes())
        .leptos_routes_with_context(&portal, list, given, page)
        .fallback(lost)
        .layer(middleware::from_fn_with_state(portal.clone(), auth::identify));
    Router::new()
        .merge(files::routes(&options))
        .merge(inside)
        .layer(middleware::from_fn(headers::secure))
        .with_state(portal)
}
