//! Adding or changing a check.

use std::collections::BTreeMap;

use axum::response::Response;
use engine::{
    Refusal,
    services::{CheckRequest, InboxRequest, StepRequest},
};

use super::{fields::Fields, lines};
use crate::{act::Act, answer::Done, pages::service::Room};

/// Adds or changes it.
pub async fn put_check(act: Act<Fields>) -> Response {
    let result = async {
        let form = &act.form;
        let key = form.text("key").trim();
        let request = request(form)?;
        let service = form.text("service");
        let answer = act.engine.put_check(&act.who, service, key, request).await?;
        let verb = if answer.status == 201 { "Added" } else { "Saved" };
        // To the check among the others: the form it was added with is not needed again.
        let room = Room::Checks.href(service);
        Ok(Done::to(format!("{verb} the check {key}."), room).at(format!("check-{key}")))
    }
    .await;
    act.answer(result).await
}

fn request(form: &Fields) -> Result<CheckRequest, Refusal> {
    let headers = pairs("/headers", form.text("headers"))?;
    let secrets = pairs("/secrets", form.text("secrets"))?;
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
        url: form.filled("url"),
        method: form.filled("method"),
        headers: (!headers.is_empty()).then_some(headers),
        body: Some(form.text("body")).filter(|body| !body.is_empty()).map(str::to_owned),
        min_days: form.number("min_days")?,
        min_max_age_s: form.number("min_max_age_s")?,
        steps: steps(form)?,
        recording: recording(form)?,
        secrets: (!secrets.is_empty()).then_some(secrets),
        send: form.filled("send"),
        expect: form.filled("expect"),
        grpc_service: form.filled("grpc_service"),
        password: form.filled("password"),
        from: form.filled("from"),
        to: form.filled("to"),
        inbox: form
            .filled("inbox_url")
            .map(|url| InboxRequest { url, password: form.filled("inbox_password") }),
        query: form.filled("query"),
        heartbeat_query: form.filled("heartbeat_query"),
    })
}

/// The recording of a form, which is JSON.
fn recording(form: &Fields) -> Result<Option<serde_json::Value>, Refusal> {
    let Some(text) = form.filled("recording") else { return Ok(None) };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| Refusal::field("/recording", format!("is not JSON: {error}")))
}

/// The steps of a form, which are written as JSON.
fn steps(form: &Fields) -> Result<Option<Vec<StepRequest>>, Refusal> {
    let Some(text) = form.filled("steps") else { return Ok(None) };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| Refusal::field("/steps", format!("are not a list of steps: {error}")))
}

/// The lines of a field such as `Accept: text/html`.
fn pairs(field: &str, text: &str) -> Result<BTreeMap<String, String>, Refusal> {
    lines(text)
        .into_iter()
        .map(|line| match line.split_once(':') {
            Some((name, value)) => Ok((name.trim().to_owned(), value.trim().to_owned())),
            None => Err(Refusal::field(field, "must be lines such as `Accept: text/html`")),
        })
        .collect()
}
