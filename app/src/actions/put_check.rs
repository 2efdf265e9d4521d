//! Adding or changing a check.

use std::collections::BTreeMap;

use engine::{
    Error,
    checks::{CheckRequest, InboxRequest, StepRequest},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Done, Outcome, filled, lines};
use crate::{
    fields::number,
    form::{Act, Form, Secret},
    pages::service::Room,
};

/// What the check's form holds besides its key; which fields are filled in depends on the kind.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckFields {
    environment: String,
    kind: String,
    interval_s: String,
    timeout_s: String,
    item: String,
    critical: Option<String>,
    dry_run: Option<String>,
    no_data: String,
    conditions: String,
    url: String,
    method: String,
    headers: Secret,
    body: String,
    min_days: String,
    min_max_age_s: String,
    steps: String,
    recording: String,
    secrets: Secret,
    send: String,
    expect: String,
    grpc_service: String,
    password: Secret,
    from: String,
    to: String,
    inbox_url: String,
    inbox_password: Secret,
    query: String,
    heartbeat_query: String,
}

/// Adds or changes it.
#[server(prefix = "/act", endpoint = "put-check", input = Form)]
pub async fn put_check(
    service: String,
    key: String,
    #[server(flatten)] check: CheckFields,
) -> Outcome {
    let act = Act::here()?;
    let key = key.trim();
    let put = act.engine.checks().put(&act.actor, &service, key, request(&check)?).await?;
    let verb = if put.created { "Added" } else { "Saved" };
    // To the check among the others: the form it was added with is not needed again.
    let room = Room::Checks.href(&service);
    Ok(Done::to(format!("{verb} the check {key}."), room).at(format!("check-{key}")))
}

fn request(form: &CheckFields) -> Result<CheckRequest, Error> {
    let headers = pairs("/headers", &form.headers.0)?;
    let secrets = pairs("/secrets", &form.secrets.0)?;
    let inbox_password = || filled(&form.inbox_password.0);
    Ok(CheckRequest {
        environment: form.environment.clone(),
        kind: form.kind.clone(),
        interval_s: number("/interval_s", &form.interval_s)?.unwrap_or(60),
        timeout_s: number("/timeout_s", &form.timeout_s)?,
        item: filled(&form.item),
        critical: form.critical.is_some(),
        dry_run: form.dry_run.is_some(),
        no_data: filled(&form.no_data),
        conditions: lines(&form.conditions),
        url: filled(&form.url),
        method: filled(&form.method),
        headers: (!headers.is_empty()).then_some(headers),
        body: Some(form.body.clone()).filter(|body| !body.is_empty()),
        min_days: number("/min_days", &form.min_days)?,
        min_max_age_s: number("/min_max_age_s", &form.min_max_age_s)?,
        steps: steps(&form.steps)?,
        recording: recording(&form.recording)?,
        secrets: (!secrets.is_empty()).then_some(secrets),
        send: filled(&form.send),
        expect: filled(&form.expect),
        grpc_service: filled(&form.grpc_service),
        password: filled(&form.password.0),
        from: filled(&form.from),
        to: filled(&form.to),
        inbox: filled(&form.inbox_url).map(|url| InboxRequest { url, password: inbox_password() }),
        query: filled(&form.query),
        heartbeat_query: filled(&form.heartbeat_query),
    })
}

/// The recording of a form, which is JSON.
fn recording(text: &str) -> Result<Option<serde_json::Value>, Error> {
    let Some(text) = filled(text) else { return Ok(None) };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| Error::field("/recording", format!("is not JSON: {error}")))
}

/// The steps of a form, which are written as JSON.
fn steps(text: &str) -> Result<Option<Vec<StepRequest>>, Error> {
    let Some(text) = filled(text) else { return Ok(None) };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| Error::field("/steps", format!("are not a list of steps: {error}")))
}

/// The lines of a field such as `Accept: text/html`.
/// Lines such as `Accept: text/html`.
pub(super) fn pairs(field: &str, text: &str) -> Result<BTreeMap<String, String>, Error> {
    lines(text)
        .into_iter()
        .map(|line| match line.split_once(':') {
            Some((name, value)) => Ok((name.trim().to_owned(), value.trim().to_owned())),
            None => Err(Error::field(field, "must be lines such as `Accept: text/html`")),
        })
        .collect()
}
