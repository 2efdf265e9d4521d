//! Adding a service.

use engine::{
    Error,
    services::{EnvironmentRequest, ServiceRequest},
};
use leptos::prelude::*;

use super::{Done, Outcome, filled};
use crate::{
    fields::Fields,
    form::{Act, Form},
};

/// Adds it and goes to its page. One that exists is not changed.
#[server(prefix = "/act", endpoint = "add-service", input = Form)]
pub async fn add_service(slug: String, name: String, #[server(flatten)] fields: Fields) -> Outcome {
    let act = Act::here()?;
    let slug = slug.trim().to_lowercase();
    if act.engine.services().settings(&act.person, &slug).await.is_ok() {
        return Err(Error::field("/slug", "belongs to another service already").into());
    }
    let request = ServiceRequest {
        name,
        description: fields.filled("description"),
        owners: fields.filled("owners"),
        tier: fields.filled("tier"),
        environments: environments(&fields),
        ..ServiceRequest::default()
    };
    let said = format!("Added {}.", request.name.trim());
    act.engine.services().put(&act.actor, &slug, request).await?;
    Ok(Done::to(said, format!("/services/{slug}")))
}

/// The environments of a form, without the rows that were left empty.
pub fn environments(form: &Fields) -> Vec<EnvironmentRequest> {
    // A form without the field leaves it as it is.
    let asked = form.all("plain_http").next().is_some();
    form.rows(["environment", "base_url", "plain_http"])
        .into_iter()
        .filter(|[slug, ..]| !slug.is_empty())
        .map(|[slug, base_url, plain]| EnvironmentRequest {
            slug,
            base_url: Some(filled(&base_url)),
            plain_http_because: asked.then(|| filled(&plain)),
        })
        .collect()
}
