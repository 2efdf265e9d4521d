//! Adding or changing a check.

use std::collections::BTreeMap;

use axum::response::Response;
use engine::{Refusal, services::CheckRequest};

use super::{fields::Fields, lines};
use crate::{act::Act, answer::Done};

/// Adds or changes it.
pub async fn put_check(act: Act<Fields>) -> Response {
    let result = async {
        let form = &act.form;
        let key = form.text("key").trim();
        let request = request(form)?;
        let answer = act.engine.put_check(&act.who, form.text("service"), key, request).await?;
        let verb = if answer.status == 201 { "Added" } else { "Saved" };
        Ok(Done::here(format!("{verb} the check {key}.")).at("checks"))
    }
    .await;
    act.answer(result).await
}

fn request(form: &Fields) -> Result<CheckRequest, Refusal> {
    let headers = headers(form.text("headers"))?;
    Ok(CheckRequest {
        environment: form.text("environment").to_owned(),
        kind: form.text("kind").to_owned(),
        interval_s: form.number("interval_s")?.unwrap_or(60),
        timeout_s: form.number("timeout_s")?,
        item: form.filled("item"),
        critical: form.ticked("critical"),
        dry_run: form.ticked("dry_run"),
        no_data: form.filled("no_data"),
        conditions: lines(form.text("conditions")),
        url: form.text("url").trim().to_owned(),
        method: form.filled("method"),
        headers: (!headers.is_empty()).then_some(headers),
        body: Some(form.text("body")).filter(|body| !body.is_empty()).map(str::to_owned),
        min_days: form.number("min_days")?,
        min_max_age_s: form.number("min_max_age_s")?,
    })
}

fn headers(text: &str) -> Result<BTreeMap<String, String>, Refusal> {
    lines(text)
        .into_iter()
        .map(|line| match line.split_once(':') {
            Some((name, value)) => Ok((name.trim().to_owned(), value.trim().to_owned())),
            None => Err(Refusal::field("/headers", "must be lines such as `Accept: text/html`")),
        })
        .collect()
}
