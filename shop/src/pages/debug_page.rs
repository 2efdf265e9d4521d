//! The fault `debug_on`: error pages that tell strangers everything, as frameworks show them where
//! their debug mode was left on.

use axum::extract::Request;
use maud::{DOCTYPE, Markup, html};

use super::exposed::ENV;
use crate::{error::ShopError, faults::DebugStyle, request_id::RequestId};

/// What a debug page shows of the request.
pub struct Scene {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    request_id: String,
}

impl Scene {
    /// Remembers a request before its handler takes it.
    pub fn of(request: &Request) -> Self {
        let headers = request.headers().iter().map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let id = request.extensions().get::<RequestId>();
        Self {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            headers: headers.collect(),
            request_id: id.map(|id| id.0.clone()).unwrap_or_default(),
        }
    }

    /// The id of the request.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The debug page.
    pub fn page(&self, style: DebugStyle, error: &ShopError, release: &str) -> Markup {
        let missing = matches!(error, ShopError::NotFound);
        match style {
            DebugStyle::Laravel => self.laravel(missing, error, release),
            DebugStyle::Django if missing => self.django_404(),
            DebugStyle::Django => self.django_500(error, release),
        }
    }

    fn laravel(&self, missing: bool, error: &ShopError, release: &str) -> Markup {
        let (class, message) = if missing {
            (
                "Symfony\\Component\\HttpKernel\\Exception\\NotFoundHttpException",
                format!("The route {} could not be found.", self.path.trim_matches('/')),
            )
        } else {
            ("Illuminate\\Database\\QueryException", format!("SQLSTATE[HY000] [2002] {error}"))
        };
        let frames = [
            "/var/www/shop/vendor/laravel/framework/src/Illuminate/Routing/AbstractRouteCollection.php:45",
            "/var/www/shop/vendor/laravel/framework/src/Illuminate/Database/Connection.php:829",
            "/var/www/shop/app/Http/Controllers/ShopController.php:58",
            "/var/www/shop/vendor/laravel/framework/src/Illuminate/Foundation/Http/Kernel.php:144",
            "/var/www/shop/public/index.php:52",
        ];
        document(
            &format!("{class}: {message}"),
            &html! {
                div.debug {
                    p { "Whoops, looks like something went wrong." }
                    h1 { (class) }
                    p.lead { (message) }
                    h2 { "Stack trace" }
                    ol { @for frame in frames { li { code { (frame) } } } }
                    (self.request_table())
                    h2 { "Environment" }
                    (table(&ENV.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect::<Vec<_>>()))
                    p { "PHP 8.3.11 — Laravel 11.21.0 — release " (release) " — APP_DEBUG=true" }
                }
            },
        )
    }

    fn django_404(&self) -> Markup {
        document(
            &format!("Page not found at {}", self.path),
            &html! {
                div.debug {
                    h1 { "Page not found " small { "(404)" } }
                    (self.request_table())
                    p { "Using the URLconf defined in " code { "shop.urls" } ", Django tried these URL patterns, in this order:" }
                    ol { li { code { "admin/" } } li { code { "products/<slug:slug>/" } } li { code { "checkout/" } } }
                    p { "The current path, " code { (self.path.trim_start_matches('/')) } ", didn’t match any of these." }
                    (django_note())
                }
            },
        )
    }

    fn django_500(&self, error: &ShopError, release: &str) -> Markup {
        let settings: Vec<_> = ENV
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .chain([
                ("RELEASE".to_owned(), release.to_owned()),
                ("DEBUG".to_owned(), "True".to_owned()),
            ])
            .collect();
        document(
            &format!("OperationalError at {}", self.path),
            &html! {
                div.debug {
                    h1 { "OperationalError at " (self.path) }
                    p.lead { (error) }
                    (self.request_table())
                    h2 { "Traceback " small { "(most recent call last)" } }
                    ol {
                        li { code { "/srv/shop/venv/lib/python3.12/site-packages/django/core/handlers/exception.py, line 55, in inner" } }
                        li { code { "/srv/shop/venv/lib/python3.12/site-packages/django/db/backends/base/base.py, line 289, in ensure_connection" } }
                        li { code { "/srv/shop/shop/views.py, line 71, in checkout" } }
                    }
                    h2 { "Settings" }
                    p { "Using settings module " code { "shop.settings" } }
                    (table(&settings))
                    (django_note())
                }
            },
        )
    }

    fn request_table(&self) -> Markup {
        html! {
            h2 { "Request" }
            p { (self.method) " " code { (self.path) } " · " (self.request_id) }
            (table(&self.headers))
        }
    }
}

fn django_note() -> Markup {
    html! {
        p {
            "You’re seeing this error because you have " code { "DEBUG = True" }
            " in your Django settings file. Change that to " code { "False" }
            ", and Django will display a standard 404 page."
        }
    }
}

fn table(rows: &[(String, String)]) -> Markup {
    html! {
        table { tbody { @for (name, value) in rows {
            tr { th scope="row" { (name) } td { code { (value) } } }
        } } }
    }
}

fn document(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (title) }
                link rel="stylesheet" href="/assets/shop.css";
            }
            body { main { (body) } }
        }
    }
}
