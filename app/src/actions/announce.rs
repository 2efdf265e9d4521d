//! Announcing a deployment by hand.

use domain::deployment::{DeploymentKind, Strategy};
use engine::{Error, deployments::AnnounceRequest};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Done, Outcome, filled, when};
use crate::form::{Act, Form};

/// What is announced.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Announcement {
    /// A service and an environment, such as `shop production`, where one field chooses both.
    place: String,
    service: String,
    environment: String,
    commit: String,
    notes: String,
    kind: String,
    strategy: String,
    runbook: String,
    deployed_at: String,
    deployed_by: String,
    url: String,
}

/// Announces it and goes to its page.
#[server(prefix = "/act", endpoint = "announce", input = Form)]
pub async fn announce(version: String, #[server(flatten)] form: Announcement) -> Outcome {
    let act = Act::here()?;
    let request = request(&version, &form)?;
    let said = format!(
        "Announced {} {} on {}. Its watch has begun.",
        request.service, request.version, request.environment
    );
    let id = act.engine.deployments().announce_by_hand(&act.actor, request).await?;
    Ok(Done::to(said, format!("/deployments/{id}")))
}

fn request(version: &str, form: &Announcement) -> Result<AnnounceRequest, Error> {
    let (service, environment) =
        form.place.split_once(' ').unwrap_or((&form.service, &form.environment));
    let kind = match filled(&form.kind) {
        None => None,
        Some(word) => Some(DeploymentKind::parse(&word).ok_or_else(|| {
            Error::field("/kind", "must be first, subsequent, hotfix, vendor_sync or rollback")
        })?),
    };
    let strategy = match filled(&form.strategy) {
        None => None,
        Some(word) => Some(Strategy::parse(&word).ok_or_else(|| {
            Error::field("/strategy", "must be rolling, blue_green, canary or recreate")
        })?),
    };
    let deployed_at = match filled(&form.deployed_at) {
        None => None,
        Some(text) => Some(when::moment("/deployed_at", &text)?),
    };
    Ok(AnnounceRequest {
        service: service.trim().to_owned(),
        environment: environment.trim().to_owned(),
        version: version.trim().to_owned(),
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
