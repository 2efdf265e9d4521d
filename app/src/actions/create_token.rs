//! Making a token.

use domain::roles::Scope;
use engine::{Error, tokens};
use leptos::prelude::*;

use super::{Done, Outcome, filled, when};
use crate::{
    fields::Fields,
    form::{Act, Form},
    reveal_token::NewToken,
};

/// Makes it; the answer shows it once.
#[server(prefix = "/act", endpoint = "create-token", input = Form)]
pub async fn create_token(
    name: String,
    #[server(default)] expires: String,
    #[server(flatten)] fields: Fields,
) -> Outcome {
    let act = Act::here()?;
    let new = request(&name, &expires, &fields)?;
    let name = new.name.clone();
    let token = act.engine.tokens().create(&act.actor, new).await?;
    Ok(Done::to("Made the token.", "/settings/tokens").revealing(NewToken { name, token }))
}

fn request(name: &str, expires: &str, fields: &Fields) -> Result<tokens::NewToken, Error> {
    let scopes = fields
        .all("scope")
        .map(|word| {
            Scope::parse(word).ok_or_else(|| Error::field("/scopes", format!("`{word}` is none")))
        })
        .collect::<Result<_, _>>()?;
    let expires_at = match filled(expires) {
        None => None,
        Some(text) => Some(when::end_of_day("/expires", &text)?),
    };
    Ok(tokens::NewToken {
        name: name.trim().to_owned(),
        scopes,
        services: fields.all("service").map(str::to_owned).collect(),
        expires_at,
    })
}
