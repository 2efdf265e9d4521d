//! Changing how fast a service's pages must answer.

use axum::response::Response;
use engine::{
    Refusal,
    services::{ServiceRequest, TargetRequest},
};

use super::fields::Fields;
use crate::{act::Act, answer::Done};

/// Puts the form's targets in the place of those there were.
pub async fn change_targets(act: Act<Fields>) -> Response {
    let result = async {
        let slug = act.form.text("service").to_owned();
        let known = act.engine.service_settings(act.person()?, &slug).await?.head.service;
        let request = ServiceRequest {
            name: known.name,
            targets: Some(targets(&act.form)?),
            ..ServiceRequest::default()
        };
        act.engine.put_service(&act.who, &slug, request).await?;
        Ok(Done::here("Saved the response targets.").at("targets"))
    }
    .await;
    act.answer(result).await
}

fn targets(form: &Fields) -> Result<Vec<TargetRequest>, Refusal> {
    form.rows(["name", "path", "target_ms"])
        .into_iter()
        .filter(|[name, _, _]| !name.is_empty())
        .map(|[name, path, target_ms]| {
            let target_ms = target_ms.parse().map_err(|_| {
                Refusal::field(
                    "/target_ms",
                    format!("of {name} must be a whole number of milliseconds"),
                )
            })?;
            Ok(TargetRequest { name, path, target_ms })
        })
        .collect()
}
