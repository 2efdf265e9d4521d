//! Recording what the indicators come to now.

use domain::ids::DeploymentId;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Records them, from the deployment until now.
#[server(prefix = "/act", endpoint = "record-baselines", input = Form)]
pub async fn record_baselines(deployment: DeploymentId) -> Outcome {
    let act = Act::here()?;
    let recorded = act.engine.baselines().record_now(&act.actor, deployment).await?;
    let said = match (recorded.with_value, recorded.indicators) {
        (0, _) => "Recorded, but no indicator was measured enough to have a value.".to_owned(),
        (with, all) if with == all => format!("Recorded the baselines of {all} indicators."),
        (with, all) => format!("Recorded the baselines: {with} of {all} indicators have a value."),
    };
    Ok(Done::here(said).at("baselines-card").good(recorded.with_value > 0))
}
