//! Changing what a service is called, who owns it and where it runs.

use axum::response::Response;
use engine::services::ServiceRequest;

use super::{add_service::environments, fields::Fields};
use crate::{act::Act, answer::Done};

/// Changes it; what is emptied becomes empty.
pub async fn change_service(act: Act<Fields>) -> Response {
    let result = async {
        let slug = act.form.text("service").to_owned();
        // A service that is not there is not made by changing it.
        act.engine.service_settings(act.person()?, &slug).await?;
        let text = |name: &str| Some(act.form.text(name).trim().to_owned());
        let request = ServiceRequest {
            name: act.form.text("name").to_owned(),
            description: text("description"),
            owners: text("owners"),
            tier: text("tier"),
            environments: environments(&act.form),
            targets: None,
        };
        act.engine.put_service(&act.who, &slug, request).await?;
        Ok(Done::here("Saved the service.").at("settings"))
    }
    .await;
    act.answer(result).await
}
