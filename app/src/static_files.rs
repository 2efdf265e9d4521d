//! The site's files: hashed ones for a year, the others for ten minutes.

use axum::Router;
use http::{HeaderValue, Response, StatusCode, header::CACHE_CONTROL};
use leptos::config::LeptosOptions;
use tower::ServiceBuilder;
use tower_http::{
    services::{ServeDir, ServeFile},
    set_header::SetResponseHeaderLayer,
};

use crate::state::Portal;

/// The files beside the package that have an address of their own.
const LOOSE: [&str; 7] = [
    "icons.svg",
    "favicon.svg",
    "apple-touch-icon.png",
    "icon-192.png",
    "icon-512-maskable.png",
    "manifest.webmanifest",
    "robots.txt",
];

/// The routes of the site's files.
pub fn routes(options: &LeptosOptions) -> Router<Portal> {
    let root = std::path::Path::new(options.site_root.as_ref());
    let package = &options.site_pkg_dir;
    let hashed =
        if options.hash_files { "public, max-age=31536000, immutable" } else { "no-cache" };
    let files = ServeDir::new(root.join(package.as_ref()))
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(false);
    let mut router = Router::new().nest_service(
        &format!("/{package}"),
        ServiceBuilder::new()
            .layer(SetResponseHeaderLayer::if_not_present(
                CACHE_CONTROL,
                // What is not there now may be there after the next start.
                move |answer: &Response<_>| {
                    let found = answer.status() != StatusCode::NOT_FOUND;
                    Some(HeaderValue::from_static(if found { hashed } else { "no-store" }))
                },
            ))
            .service(files),
    );
    for name in LOOSE {
        let file = ServeFile::new(root.join(name)).precompressed_br().precompressed_gzip();
        let short = SetResponseHeaderLayer::if_not_present(
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=600"),
        );
        router = router
            .route_service(&format!("/{name}"), ServiceBuilder::new().layer(short).service(file));
    }
    router
}
