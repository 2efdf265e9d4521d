//! Changing how fast a service's pages must answer.

use engine::{
    Error,
    services::{ServiceRequest, TargetRequest},
};
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::{
    fields::Fields,
    form::{Act, Form},
};

/// Puts the form's targets in the place of those there were.
#[server(prefix = "/act", endpoint = "change-targets", input = Form)]
pub async fn change_targets(service: String, #[server(flatten)] fields: Fields) -> Outcome {
    let act = Act::here()?;
    let known = act.engine.services().settings(&act.person, &service).await?.head.service;
    let request = ServiceRequest {
        name: known.name,
        targets: Some(targets(&fields)?),
        ..ServiceRequest::default()
    };
    act.engine.services().put(&act.actor, &service, request).await?;
    Ok(Done::here("Saved the response targets.").at("targets"))
}

fn targets(form: &Fields) -> Result<Vec<TargetRequest>, Error> {
    form.rows(["name", "path", "target_ms"])
        .into_iter()
        .filter(|[name, _, _]| !name.is_empty())
        .map(|[name, path, target_ms]| {
            let target_ms = target_ms.parse().map_err(|_| {
                Error::field(
                    "/target_ms",
                    format!("of {name} must be a whole number of milliseconds"),
                )
            })?;
            Ok(TargetRequest { name, path, target_ms })
        })
        .collect()
}
