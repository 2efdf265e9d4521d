//! Changing where a service's answers name their version.

use engine::{
    Error,
    services::{ServiceRequest, VersionSourceRequest},
};
use leptos::prelude::*;

use super::{Done, Outcome, filled};
use crate::form::{Act, Form};

/// Says where they name it, or with an empty `version_from` that they do not.
#[server(prefix = "/act", endpoint = "change-version-source", input = Form)]
pub async fn change_version_source(
    service: String,
    #[server(default)] version_from: String,
    #[server(default)] version_name: String,
    #[server(default)] min_share: String,
) -> Outcome {
    let act = Act::here()?;
    let known = act.engine.services().settings(&act.person, &service).await?.head.service;
    let share = filled(&min_share).unwrap_or_else(|| "100".to_owned());
    let source = match filled(&version_from) {
        None => None,
        Some(from) => Some(VersionSourceRequest {
            from,
            name: version_name,
            min_share: share.parse().map_err(|_| {
                Error::field("/version_source/min_share", "must be a whole number, 1 to 100")
            })?,
        }),
    };
    let said = if source.is_some() {
        "Saved. From now on only answers of the announced version count."
    } else {
        "Saved. Any version's answers count."
    };
    let request = ServiceRequest {
        name: known.name,
        version_source: Some(source),
        ..ServiceRequest::default()
    };
    act.engine.services().put(&act.actor, &service, request).await?;
    Ok(Done::here(said).at("version-source"))
}
