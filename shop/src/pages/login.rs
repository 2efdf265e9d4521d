//! `GET` and `POST /login`, `POST /logout`.

use axum::{
    Form,
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{self, Field},
    local_path, password,
};
use crate::{error::ShopError, session::Visitor};

/// Where to go on to.
#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

/// What the visitor typed.
#[derive(Deserialize)]
pub struct Typed {
    email: String,
    password: String,
    next: Option<String>,
}

/// `GET /login`.
pub async fn show(visitor: Visitor, Query(query): Query<Next>) -> Markup {
    form(&visitor, "", query.next.as_deref(), None)
}

/// `POST /login`.
pub async fn log_in(visitor: Visitor, Form(typed): Form<Typed>) -> Result<Response, ShopError> {
    let email = typed.email.trim().to_lowercase();
    let (store, logins) = (&visitor.state.store, &visitor.state.metrics.logins);
    let refuse = |status, problem| {
        logins.with_label_values(&["refused"]).inc();
        tracing::warn!("log-in refused");
        let page = form(&visitor, &email, typed.next.as_deref(), Some(problem));
        Ok((status, page).into_response())
    };
    if store.is_locked(&email) {
        return refuse(StatusCode::TOO_MANY_REQUESTS, "Too many attempts. Please wait a minute.");
    }
    let hash = store.account(&email).map(|account| account.password_hash);
    let fits = password::fits(typed.password, hash).await?;
    store.note_login(&email, fits);
    if !fits {
        return refuse(StatusCode::UNAUTHORIZED, "E-mail or password is wrong.");
    }
    logins.with_label_values(&["ok"]).inc();
    tracing::info!("logged in");
    let next = Redirect::to(local_path(typed.next.as_deref()));
    Ok((visitor.log_in(&email), next).into_response())
}

/// `POST /logout`.
pub async fn log_out(visitor: Visitor) -> Response {
    (visitor.log_out(), Redirect::to("/")).into_response()
}

fn form(visitor: &Visitor, email: &str, next: Option<&str>, problem: Option<&str>) -> Markup {
    let field = |name, label, kind, autocomplete, value| {
        Field { name, label, kind, autocomplete, value, hint: "" }.markup()
    };
    let body = html! {
        h1 { "Log in" }
        (layout::problem(problem))
        form.stack method="post" action="/login" {
            @if let Some(next) = next { input type="hidden" name="next" value=(next); }
            (field("email", "E-mail", "email", "username", email))
            (field("password", "Password", "password", "current-password", ""))
            button type="submit" { "Log in" }
        }
        p { a href="/password/forgot" { "Forgot the password?" } " · New here? " a href="/register" { "Register" } }
    };
    layout::page(visitor, "Log in", &body)
}
