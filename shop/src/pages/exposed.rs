//! The faults `env_exposed` and `git_exposed`: files that should never be served, served.

use axum::{
    extract::{Request, State},
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::state::AppState;

/// What the environment file would say. Nothing in it opens anything.
pub const ENV: &[(&str, &str)] = &[
    ("APP_NAME", "\"Harbour Goods\""),
    ("APP_ENV", "production"),
    ("APP_KEY", "base64:ZGVtby1vbmx5LW5vdC1hLXJlYWwta2V5LTAxMjM0NTY="),
    ("APP_DEBUG", "false"),
    ("APP_URL", "https://harbour-goods.example"),
    ("DB_CONNECTION", "mysql"),
    ("DB_HOST", "10.0.3.12"),
    ("DB_PORT", "3306"),
    ("DB_DATABASE", "harbour_goods"),
    ("DB_USERNAME", "harbour"),
    ("DB_PASSWORD", "demo-password-not-real"),
    ("MAIL_HOST", "mail.harbour-goods.example"),
    ("MAIL_PASSWORD", "demo-mail-password-not-real"),
    ("PAYMENT_SECRET", "demo-payment-secret-not-real"),
];

const GIT_CONFIG: &str = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\
    \tlogallrefupdates = true\n[remote \"origin\"]\n\
    \turl = git@git.harbour-goods.example:shop/web.git\n\
    \tfetch = +refs/heads/*:refs/remotes/origin/*\n[branch \"main\"]\n\
    \tremote = origin\n\tmerge = refs/heads/main\n";

/// Answers the exposed files, as a misconfigured web server in front of the shop would.
pub async fn expose(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let faults = state.faults.get();
    let read = matches!(*request.method(), Method::GET | Method::HEAD);
    let content = match request.uri().path() {
        "/.env" if read && faults.env_exposed => env_file(&state.release()),
        "/.git/config" if read && faults.git_exposed => GIT_CONFIG.to_owned(),
        "/.git/HEAD" if read && faults.git_exposed => "ref: refs/heads/main\n".to_owned(),
        _ => return next.run(request).await,
    };
    ([(header::CONTENT_TYPE, "text/plain")], content).into_response()
}

fn env_file(release: &str) -> String {
    let mut lines: Vec<_> = ENV.iter().map(|(name, value)| format!("{name}={value}")).collect();
    lines.push(format!("APP_VERSION={release}\n"));
    lines.join("\n")
}
