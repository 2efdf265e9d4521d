//! Announcing a deployment by hand.

use axum::response::Response;
use domain::words::{DeploymentKind, Strategy};
use engine::{Refusal, deployments::AnnounceRequest};
use serde::Deserialize;

use super::{filled, when};
use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct Announce {
    /// A service and an environment, such as `shop production`, where one field chooses both.
    #[serde(default)]
    place: String,
    #[serde(default)]
    service: String,
    #[serde(default)]
    environment: String,
    version: String,
    #[serde(default)]
    commit: String,
    #[serde(default)]
    notes: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    strategy: String,
    #[serde(default)]
    runbook: String,
    #[serde(default)]
    deployed_at: String,
    #[serde(default)]
    deployed_by: String,
    #[serde(default)]
    url: String,
}

/// Announces it and goes to its page.
pub async fn announce(act: Act<Announce>) -> Response {
    let result = async {
        let request = request(&act.form)?;
        let said = format!(
            "Announced {} {} on {}. Its watch has begun.",
            request.service, request.version, request.environment
        );
        let id = act.engine.announce_by_hand(&act.who, request).await?;
        Ok(Done::to(said, format!("/deployments/{id}")))
    }
    .await;
    act.answer(result).await
}

fn request(form: &Announce) -> Result<AnnounceRequest, Refusal> {
    let (service, environment) =
        form.place.split_once(' ').unwrap_or((&form.service, &form.environment));
    let kind = match filled(&form.kind) {
        None => None,
        Some(word) => Some(DeploymentKind::parse(&word).ok_or_else(|| {
            Refusal::field("/kind", "must be first, subsequent, hotfix, vendor_sync or rollback")
        })?),
    };
    let strategy = match filled(&form.strategy) {
        None => None,
        Some(word) => Some(Strategy::parse(&word).ok_or_else(|| {
            Refusal::field("/strategy", "must be rolling, blue_green, canary or recreate")
        })?),
    };
    let deployed_at = match filled(&form.deployed_at) {
        None => None,
        Some(text) => Some(when::moment("/deployed_at", &text)?),
    };
    Ok(AnnounceRequest {
        service: service.trim().to_owned(),
        environment: environment.trim().to_owned(),
        version: form.version.trim().to_owned(),
        commit: filled(&form.commit),
        artifact_digest: None,
        kind,
        strategy,
        deployed_at,
        deployed_by: filled(&form.deployed_by),
        url: filled(&form.url),
        notes: filled(&form.notes),
        runbook: filled(&form.runbook),
    })
}
