//! A forgotten password: `/password/forgot` sends the mail, `/password/reset` sets a new one.

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
    password,
};
use crate::{error::ShopError, mail::letters, session::Visitor};

/// Whose password.
#[derive(Deserialize)]
pub struct Whose {
    email: String,
}

/// The token of the mail.
#[derive(Deserialize)]
pub struct Token {
    #[serde(default)]
    token: String,
}

/// The token and the new password.
#[derive(Deserialize)]
pub struct New {
    token: String,
    password: String,
}

/// `GET /password/forgot`.
pub async fn ask(visitor: Visitor) -> Markup {
    let email = Field {
        name: "email",
        label: "E-mail",
        kind: "email",
        autocomplete: "username",
        value: "",
        hint: "",
    };
    let body = html! {
        h1 { "Forgot the password?" }
        p { "We send a link that sets a new one." }
        form.stack method="post" action="/password/forgot" {
            (email.markup())
            button type="submit" { "Send link" }
        }
    };
    layout::page(&visitor, "Forgot the password?", &body)
}

/// `POST /password/forgot`; says the same whether or not there is such an account.
pub async fn send(visitor: Visitor, Form(whose): Form<Whose>) -> Markup {
    let state = &visitor.state;
    if let Some(account) = state.store.account(&whose.email.trim().to_lowercase()) {
        let token = state.store.open_reset(&account.email);
        let (subject, text) =
            letters::password_reset(&account.name, &state.addresses.base_url, &token);
        state.store.queue_mail(&account.email, &subject, &text);
        tracing::info!("password reset asked for");
    }
    let body = html! {
        h1 { "Look at your mail" }
        p role="status" { "If there is an account with this address, a link is on its way to it." }
        p.hint { "In this demonstration it arrives in the " a href="/mailbox" { "mailbox" } "." }
    };
    layout::page(&visitor, "Look at your mail", &body)
}

/// `GET /password/reset?token=…`.
pub async fn show(visitor: Visitor, Query(query): Query<Token>) -> Response {
    match visitor.state.store.reset_email(&query.token) {
        Some(_) => form(&visitor, &query.token, None).into_response(),
        None => stale(&visitor),
    }
}

/// `POST /password/reset`.
pub async fn set(visitor: Visitor, Form(new): Form<New>) -> Result<Response, ShopError> {
    if let Some(problem) = password::problem(&new.password) {
        let page = form(&visitor, &new.token, Some(problem));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let hash = password::hash(new.password).await?;
    if visitor.state.store.reset_password(&new.token, hash).is_none() {
        return Ok(stale(&visitor));
    }
    tracing::info!("password reset done");
    let cookie = visitor.notice("The new password is set. Log in with it.");
    Ok((cookie, Redirect::to("/login")).into_response())
}

fn form(visitor: &Visitor, token: &str, problem: Option<&str>) -> Markup {
    let password = Field {
        name: "password",
        label: "New password",
        kind: "password",
        autocomplete: "new-password",
        value: "",
        hint: password::HINT,
    };
    let body = html! {
        h1 { "Set a new password" }
        (layout::problem(problem))
        form.stack method="post" action="/password/reset" {
            input type="hidden" name="token" value=(token);
            (password.markup())
            button type="submit" { "Set password" }
        }
    };
    layout::page(visitor, "Set a new password", &body)
}

fn stale(visitor: &Visitor) -> Response {
    let body = html! {
        h1 { "This link no longer works" }
        p { "Links work once, for 30 minutes. " a href="/password/forgot" { "Ask for another." } }
    };
    let page = layout::page(visitor, "This link no longer works", &body);
    (StatusCode::GONE, page).into_response()
}
