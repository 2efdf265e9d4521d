//! Making a token.

use axum::response::Response;
use domain::roles::Scope;
use engine::{Refusal, tokens::NewToken};

use super::{fields::Fields, when};
use crate::{act::Act, answer::Done, new_token};

/// Makes it; the next page shows it once.
pub async fn create_token(act: Act<Fields>) -> Response {
    let result = async {
        let new = request(&act.form)?;
        let name = new.name.clone();
        let token = act.engine.create_token(&act.who, new).await?;
        let shown = new_token::NewToken { name, token };
        new_token::keep(&act.session, shown).await.map_err(|error| {
            Refusal::Internal(format!("keeping a new token for the next page: {error}"))
        })?;
        Ok(Done::to("Made the token.", "/settings/tokens"))
    }
    .await;
    act.answer(result).await
}

fn request(form: &Fields) -> Result<NewToken, Refusal> {
    let scopes = form
        .all("scope")
        .map(|word| {
            Scope::parse(word).ok_or_else(|| Refusal::field("/scopes", format!("`{word}` is none")))
        })
        .collect::<Result<_, _>>()?;
    let expires_at = match form.filled("expires") {
        None => None,
        Some(text) => Some(when::end_of_day("/expires", &text)?),
    };
    Ok(NewToken {
        name: form.text("name").trim().to_owned(),
        scopes,
        services: form.all("service").map(str::to_owned).collect(),
        expires_at,
    })
}
