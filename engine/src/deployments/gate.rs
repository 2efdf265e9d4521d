//! Asking the gate, and waiting for its answer.

use std::time::Duration;

use domain::{
    gate::GateAnswer,
    ids::DeploymentId,
    permissions::{Permission, permit},
    verdict::Verdict,
    who::Who,
};
use serde::Serialize;
use store::deployments;
use tokio::{sync::broadcast::error::RecvError, time::Instant};

use crate::{Engine, Refusal, run};

/// The gate's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct GateView {
    /// `passed`, `failed` or `undecided`.
    pub verdict: String,
    /// The keys of the required items that are not closed.
    pub open: Vec<String>,
    /// Why.
    pub reason: String,
}

impl From<GateAnswer> for GateView {
    fn from(answer: GateAnswer) -> Self {
        Self { verdict: answer.verdict.as_str().into(), open: answer.open, reason: answer.reason }
    }
}

impl Engine {
    /// The gate's answer now.
    ///
    /// # Errors
    /// Where there is no such deployment, or the token is limited to other services.
    pub async fn gate(&self, who: &Who, id: DeploymentId) -> Result<GateAnswer, Refusal> {
        let mut link = self.read().await?;
        let Some(deployment) = deployments::by_id(&mut link, id).await? else {
            return Err(Refusal::not_found("deployment", id));
        };
        permit(who, Permission::Read, Some(&deployment.service))?;
        let items = run::boxes_now(&mut link, &deployment, self.now()).await?;
        Ok(run::ask(&deployment, &items))
    }

    /// The gate's answer as soon as it is decided, at the latest after `wait`.
    ///
    /// # Errors
    /// As [`gate`](Self::gate).
    pub async fn gate_within(
        &self,
        who: &Who,
        id: DeploymentId,
        wait: Duration,
    ) -> Result<GateAnswer, Refusal> {
        // Listen before looking, so that nothing falls between.
        let mut changes = self.subscribe();
        let until = Instant::now() + wait;
        loop {
            let answer = self.gate(who, id).await?;
            if answer.verdict != Verdict::Undecided || Instant::now() >= until {
                return Ok(answer);
            }
            loop {
                let heard = tokio::select! {
                    heard = tokio::time::timeout_at(until, changes.recv()) => heard,
                    () = self.stopping().cancelled() => return Ok(answer),
                };
                match heard {
                    Ok(Ok(changed)) if changed.concerns(id) => break,
                    Ok(Ok(_)) => {}
                    // Some were missed: look again.
                    Ok(Err(RecvError::Lagged(_))) => break,
                    Ok(Err(RecvError::Closed)) | Err(_) => return self.gate(who, id).await,
                }
            }
        }
    }
}
