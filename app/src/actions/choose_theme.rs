//! Choosing a theme.

use engine::Error;
use http::header::SET_COOKIE;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::{Done, Outcome};
use crate::{form::Form, theme::Theme};

/// Remembers the theme in a cookie.
#[server(prefix = "/act", endpoint = "theme", input = Form)]
pub async fn choose_theme(theme: String) -> Outcome {
    let theme = Theme::parse(&theme)
        .ok_or_else(|| Error::field("/theme", "must be system, light or dark"))?;
    expect_context::<ResponseOptions>().append_header(SET_COOKIE, theme.cookie());
    Ok(Done::here(format!("The theme is {} now.", theme.label().to_lowercase())))
}
