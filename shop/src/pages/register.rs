//! `GET` and `POST /register`: opening an account.

use axum::{
    Form,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{self, Field},
    password,
};
use crate::{
    error::ShopError,
    mail::{letters, sender::is_address},
    session::Visitor,
};

/// What the visitor typed.
#[derive(Deserialize)]
pub struct Typed {
    name: String,
    email: String,
    password: String,
}

/// `GET /register`.
pub async fn show(visitor: Visitor) -> Markup {
    form(&visitor, "", "", None)
}

/// `POST /register`; logs in at once.
pub async fn open(visitor: Visitor, Form(typed): Form<Typed>) -> Result<Response, ShopError> {
    let (name, email) = (typed.name.trim(), typed.email.trim().to_lowercase());
    let refuse = |problem: &str| {
        let page = form(&visitor, name, &email, Some(problem));
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    if name.is_empty() || name.chars().count() > 80 || name.contains(char::is_control) {
        return refuse("Please give a name of at most 80 characters.");
    }
    if !is_address(&email) {
        return refuse("That is not an e-mail address.");
    }
    if let Some(problem) = password::problem(&typed.password) {
        return refuse(problem);
    }
    let hash = password::hash(typed.password).await?;
    let store = &visitor.state.store;
    if let Err(error) = store.open_account(&email, name, hash) {
        return refuse(&error.to_string());
    }
    visitor.state.metrics.registrations.inc();
    tracing::info!("account opened");
    let (subject, text) = letters::welcome(name, &visitor.state.addresses.base_url);
    store.queue_mail(&email, &subject, &text);
    Ok((visitor.log_in(&email), Redirect::to("/account")).into_response())
}

fn form(visitor: &Visitor, name: &str, email: &str, problem: Option<&str>) -> Markup {
    let field = |name, label, kind, autocomplete, value, hint| {
        Field { name, label, kind, autocomplete, value, hint }.markup()
    };
    let body = html! {
        h1 { "Register" }
        (layout::problem(problem))
        form.stack method="post" action="/register" {
            (field("name", "Name", "text", "name", name, ""))
            (field("email", "E-mail", "email", "email", email, ""))
            (field("password", "Password", "password", "new-password", "", password::HINT))
            button type="submit" { "Open account" }
        }
        p { "Already have one? " a href="/login" { "Log in" } }
    };
    layout::page(visitor, "Register", &body)
}
