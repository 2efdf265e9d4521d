//! Changing what a service is called, who owns it and where it runs.

use engine::services::ServiceRequest;
use leptos::prelude::*;

use super::{Done, Outcome, add_service::environments};
use crate::{
    fields::Fields,
    form::{Act, Form},
};

/// Changes it; what is emptied becomes empty.
#[server(prefix = "/act", endpoint = "change-service", input = Form)]
pub async fn change_service(
    service: String,
    name: String,
    #[server(flatten)] fields: Fields,
) -> Outcome {
    let act = Act::here()?;
    // A service that is not there is not made by changing it.
    act.engine.services().settings(&act.person, &service).await?;
    let text = |name: &str| Some(fields.text(name).trim().to_owned());
    let request = ServiceRequest {
        name,
        description: text("description"),
        owners: text("owners"),
        tier: text("tier"),
        environments: environments(&fields),
        ..ServiceRequest::default()
    };
    act.engine.services().put(&act.actor, &service, request).await?;
    Ok(Done::here("Saved the service.").at("settings"))
}
