//! Asking the gate, and waiting for its answer.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    event::EventKind,
    gate::GateAnswer,
    permissions::{Permission, authorize},
    verdict::Verdict,
    watch::WatchState,
};
use serde::Serialize;
use store::{Connection, runs::sign_offs};
use tokio::{sync::broadcast::error::RecvError, time::Instant};

use super::{RunRef, Runs, gate_now, items_now, record_of};
use crate::Error;

/// The gate's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct GateView {
    /// `passed`, `failed` or `undecided`.
    pub verdict: String,
    /// The keys of the required items that are not closed.
    pub open: Vec<String>,
    /// The keys of the required items that are closed by a waiver: nothing shows that they are good.
    pub waived: Vec<String>,
    /// Why.
    pub reason: String,
    /// Of what is signed off: whether more than the one person who deployed it or waived a box of it
    /// looked at it. `false` for good where one signed alone, or where nobody had to sign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub four_eyes: Option<bool>,
}

impl From<GateAnswer> for GateView {
    fn from(answer: GateAnswer) -> Self {
        Self {
            verdict: answer.verdict.as_str().into(),
            open: answer.open,
            waived: answer.waived,
            reason: answer.reason,
            four_eyes: answer.four_eyes,
        }
    }
}

/// As [`Runs::gate`], over a connection or transaction of the caller's.
///
/// # Errors
/// As [`Runs::gate`].
pub async fn gate(
    link: &mut Connection,
    actor: &Actor,
    at: RunRef,
    now: DateTime<Utc>,
) -> Result<GateAnswer, Error> {
    let run = record_of(link, at).await?;
    authorize(actor, Permission::Read, Some(&run.service))?;
    let items = items_now(link, &run, now).await?;
    let mut answer = gate_now(link, &run, &items, now).await?;
    if run.state == WatchState::SignedOff {
        answer.four_eyes = Some(sign_offs::are_four_eyes(link, run.id).await?);
    }
    Ok(answer)
}

impl Runs<'_> {
    /// The gate's answer now.
    ///
    /// # Errors
    /// Where there is no such run, or the token is limited to other services.
    pub async fn gate(self, actor: &Actor, at: impl Into<RunRef>) -> Result<GateAnswer, Error> {
        gate(&mut self.0.read().await?, actor, at.into(), self.0.now()).await
    }

    /// The gate's answer as soon as it is decided, at the latest after `wait`.
    ///
    /// # Errors
    /// As [`gate`](Self::gate).
    pub async fn gate_within(
        self,
        actor: &Actor,
        at: impl Into<RunRef>,
        wait: Duration,
    ) -> Result<GateAnswer, Error> {
        let at = at.into();
        // Listen before looking, so that nothing falls between.
        let mut changes = self.0.subscribe();
        let until = Instant::now() + wait;
        loop {
            let answer = self.gate(actor, at).await?;
            if answer.verdict != Verdict::Undecided || Instant::now() >= until {
                return Ok(answer);
            }
            loop {
                let heard = tokio::select! {
                    heard = tokio::time::timeout_at(until, changes.recv()) => heard,
                    () = self.0.stopping().cancelled() => return Ok(answer),
                };
                match heard {
                    // What newer readings turn is told as a change of state.
                    Ok(Ok(changed))
                        if changed.kind != EventKind::Readings && changed.concerns(at.id) =>
                    {
                        break;
                    }
                    Ok(Ok(_)) => {}
                    // Some were missed: look again.
                    Ok(Err(RecvError::Lagged(_))) => break,
                    Ok(Err(RecvError::Closed)) | Err(_) => return self.gate(actor, at).await,
                }
            }
        }
    }
}
