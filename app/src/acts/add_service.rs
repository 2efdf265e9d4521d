//! Adding a service.

use axum::response::Response;
use engine::{
    Refusal,
    services::{EnvironmentRequest, ServiceRequest},
};

use super::{fields::Fields, filled};
use crate::{act::Act, answer::Done};

/// Adds it and goes to its page. One that exists is not changed.
pub async fn add_service(act: Act<Fields>) -> Response {
    let result = async {
        let slug = act.form.text("slug").trim().to_lowercase();
        let person = act.person()?;
        if act.engine.service_settings(person, &slug).await.is_ok() {
            return Err(Refusal::field("/slug", "belongs to another service already"));
        }
        let request = ServiceRequest {
            name: act.form.text("name").to_owned(),
            description: act.form.filled("description"),
            owners: act.form.filled("owners"),
            tier: act.form.filled("tier"),
            environments: environments(&act.form),
            targets: None,
        };
        let said = format!("Added {}.", request.name.trim());
        act.engine.put_service(&act.who, &slug, request).await?;
        Ok(Done::to(said, format!("/services/{slug}")))
    }
    .await;
    act.answer(result).await
}

/// The environments of a form, without the rows that were left empty.
pub fn environments(form: &Fields) -> Vec<EnvironmentRequest> {
    form.rows(["environment", "base_url"])
        .into_iter()
        .filter(|[slug, _]| !slug.is_empty())
        .map(|[slug, base_url]| EnvironmentRequest { slug, base_url: Some(filled(&base_url)) })
        .collect()
}
