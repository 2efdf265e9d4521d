//! Waivers: an approver closes a box without evidence, with a reason, until a time.

use chrono::{DateTime, Duration, Utc};
use domain::{
    acts::{ItemAct, may},
    ids::{DeploymentId, WaiverId},
    item::ItemState,
    validate,
    watch::WatchState,
    who::Who,
};
use store::{
    StoreError, Tx,
    waivers::{self, WaiverRecord},
};

use super::find;
use crate::{Engine, Refusal, audit::entry, engine::new_id, error::Faults, run, text};

/// The longest a waiver may last.
const LONGEST_DAYS: i64 = 90;

impl Engine {
    /// Waives a box until `expires_at`.
    ///
    /// # Errors
    /// Where the rules forbid it, the reason is missing, the expiry is not within 90 days, or the
    /// box is closed already.
    pub async fn waive(
        &self,
        who: &Who,
        id: DeploymentId,
        key: &str,
        reason: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let now = self.now();
        let mut faults = Faults::default();
        faults.note("/reason", validate::line(reason, 500));
        if expires_at <= now || expires_at > now + Duration::days(LONGEST_DAYS) {
            faults.note(
                "/expires_at",
                Err(format!("must lie in the future, at most {LONGEST_DAYS} days ahead")),
            );
        }
        faults.into_result()?;
        let (who, key, reason) = (who.clone(), key.to_owned(), reason.trim().to_owned());
        self.write(move |tx| {
            Box::pin(async move {
                let (deployment, mut item) = find(tx, id, &key).await?;
                may(ItemAct::Waive, &key, item.actor, deployment.state, &who)?;
                let Who::Person(approver) = &who else {
                    return Err(Refusal::Forbidden("Only a person can waive a box.".into()));
                };
                // What closed it may be a waiver that has expired since.
                run::judge_item(tx, &deployment, &mut item, now).await?;
                if item.state.is_closed() {
                    return Err(Refusal::conflict(format!(
                        "`{key}` is {} already, so there is nothing to waive.",
                        item.state.label().to_lowercase()
                    )));
                }
                waivers::end(tx, item.id, now, who.name().to_owned()).await?;
                let waiver = WaiverRecord {
                    id: WaiverId(new_id()),
                    deployment_id: id,
                    item_id: item.id,
                    approver_id: approver.id,
                    approver_name: approver.name.clone(),
                    reason: reason.clone(),
                    granted_at: now,
                    expires_at,
                    ended_at: None,
                    ended_by: None,
                };
                waivers::insert(tx, waiver).await?;
                run::judge_item(tx, &deployment, &mut item, now).await?;
                run::decide(tx, &deployment).await?;
                entry(&who, now, "item.waive", "item", &key)
                    .deployment(id)
                    .says(format!("waived {} until {}", item.title, text::exact(expires_at)))
                    .with("reason", reason)
                    .with("expires_at", expires_at.to_rfc3339())
                    .record(tx);
                Ok(())
            })
        })
        .await?;
        self.changed(id);
        Ok(())
    }

    /// Ends a box's waiver before its time.
    ///
    /// # Errors
    /// Where the rules forbid it or the box is not waived.
    pub async fn end_waiver(&self, who: &Who, id: DeploymentId, key: &str) -> Result<(), Refusal> {
        let (who, key, now) = (who.clone(), key.to_owned(), self.now());
        self.write(move |tx| {
            Box::pin(async move {
                let (deployment, mut item) = find(tx, id, &key).await?;
                may(ItemAct::EndWaiver, &key, item.actor, deployment.state, &who)?;
                if waivers::end(tx, item.id, now, who.name().to_owned()).await? == 0 {
                    return Err(Refusal::conflict(format!("`{key}` is not waived.")));
                }
                run::judge_item(tx, &deployment, &mut item, now).await?;
                run::decide(tx, &deployment).await?;
                entry(&who, now, "item.end_waiver", "item", &key)
                    .deployment(id)
                    .says(format!("ended the waiver of {}", item.title))
                    .record(tx);
                Ok(())
            })
        })
        .await?;
        self.changed(id);
        Ok(())
    }

    /// Reopens the boxes whose waivers expired after `from` and by now. Answers how many runs
    /// that touched.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn expire_waivers(&self, from: DateTime<Utc>) -> Result<usize, Refusal> {
        let now = self.now();
        let touched = waivers::expired_in(&mut self.read().await?, from, now).await?;
        for id in touched.iter().copied() {
            self.write(move |tx| {
                Box::pin(async move {
                    let Some(deployment) = store::deployments::by_id(tx, id).await? else {
                        return Ok(());
                    };
                    if deployment.state != WatchState::Watching {
                        // Closed since it was looked for: its run no longer changes.
                        return Ok(());
                    }
                    let waived = waived(tx, id).await?;
                    run::judge_all(tx, &deployment, now).await?;
                    if waived == self::waived(tx, id).await? {
                        // Closed otherwise meanwhile, or waived again.
                        return Ok(());
                    }
                    entry(&Who::System("watch"), now, "item.waiver_expired", "deployment", id)
                        .deployment(id)
                        .says("reopened what a waiver had closed until now")
                        .record(tx);
                    Ok(())
                })
            })
            .await?;
            self.changed(id);
        }
        Ok(touched.len())
    }
}

/// How many boxes of a run are waived, as written down.
async fn waived(tx: &mut Tx, id: DeploymentId) -> Result<usize, StoreError> {
    let boxes = store::items::of_deployment(tx, id).await?;
    Ok(boxes.iter().filter(|item| item.state == ItemState::Waived).count())
}
