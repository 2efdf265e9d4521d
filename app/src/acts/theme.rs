//! Choosing a theme.

use axum::response::Response;
use engine::Refusal;
use http::header::SET_COOKIE;
use serde::Deserialize;

use crate::{act::OpenAct, answer::Done, theme::Theme};

/// The form.
#[derive(Deserialize)]
pub struct Choice {
    theme: String,
}

/// Remembers the theme in a cookie.
pub async fn theme(act: OpenAct<Choice>) -> Response {
    match Theme::parse(&act.form.theme) {
        None => act.answer(Err(Refusal::field("/theme", "must be system, light or dark"))).await,
        Some(theme) => {
            let said = format!("The theme is {} now.", theme.label().to_lowercase());
            let mut response = act.answer(Ok(Done::here(said))).await;
            response.headers_mut().insert(SET_COOKIE, theme.cookie());
            response
        }
    }
}
