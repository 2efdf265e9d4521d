//! The demo's past: the same use cases by the same rules, with the result marked as the demo's.
//! Nothing here works on a deployment that is not so marked.

use std::sync::Arc;

use domain::{
    event::Event,
    ids::{DeploymentId, LessonId},
    measurement::Measurement,
    who::Who,
};
use store::{Tx, checks, deployments};

use crate::{
    Engine, Refusal,
    deployments::{AnnounceRequest, DeploymentView, Marks},
    probing::{self, LastJudged, Seen},
};

impl Engine {
    /// Announces a deployment that belongs to the demo.
    ///
    /// # Errors
    /// As [`announce`](Self::announce).
    pub async fn announce_demo(
        &self,
        who: &Who,
        request: AnnounceRequest,
    ) -> Result<DeploymentId, Refusal> {
        let answer = self.announce_marked(who, request, None, Marks { demo: true }).await?;
        let view: DeploymentView = serde_json::from_str(&answer.body)
            .map_err(|error| Refusal::Internal(error.to_string()))?;
        Ok(view.id)
    }

    /// Writes a lesson on a deployment of the demo.
    ///
    /// # Errors
    /// As [`write_lesson`](Self::write_lesson), or where the deployment is not the demo's.
    pub async fn write_demo_lesson(
        &self,
        who: &Who,
        id: DeploymentId,
        title: &str,
        body: &str,
    ) -> Result<LessonId, Refusal> {
        let found = deployments::by_id(&mut self.read().await?, id).await?;
        if !found.is_some_and(|deployment| deployment.demo) {
            return Err(not_the_demos(id));
        }
        self.write_lesson_marked(who, id, title, body, true).await
    }

    /// Keeps what the checks of a deployment of the demo are to have seen, oldest first, and
    /// judges its boxes as if they had. All in one transaction.
    ///
    /// # Errors
    /// Where the deployment is not the demo's or its watch is closed, where there is no such
    /// check, or a measurement lies before the deployment or in the future.
    pub async fn import_demo_measurements(
        &self,
        id: DeploymentId,
        seen: Vec<(String, Measurement)>,
    ) -> Result<(), Refusal> {
        let now = self.now();
        self.write(move |tx| {
            Box::pin(async move {
                let deployment = of_the_demo(tx, id).await?;
                for (key, measurement) in seen {
                    let Some(check) = checks::by_key(tx, deployment.service_id, &key).await? else {
                        return Err(Refusal::not_found("check", key));
                    };
                    let at = measurement.started_at;
                    if at < deployment.deployed_at || at > now {
                        return Err(Refusal::conflict(format!(
                            "{key} cannot have measured {id} at {at}: that is before the \
                             deployment or in the future."
                        )));
                    }
                    let seen =
                        Seen { check: Arc::new(check), measurement, asked: false, slot: None };
                    let about = probing::keep(tx, &[seen], &LastJudged::default(), now).await?;
                    if about != [id.into()] {
                        return Err(Refusal::conflict(format!(
                            "`{key}` does not measure the deployment {id}, or its watch is closed."
                        )));
                    }
                }
                tx.publish(Event::run_changed(id));
                Ok(())
            })
        })
        .await
    }
}

async fn of_the_demo(
    tx: &mut Tx,
    id: DeploymentId,
) -> Result<deployments::DeploymentRecord, Refusal> {
    match deployments::by_id(tx, id).await? {
        Some(deployment) if deployment.demo => Ok(deployment),
        _ => Err(not_the_demos(id)),
    }
}

fn not_the_demos(id: DeploymentId) -> Refusal {
    Refusal::not_found("deployment of the demo", id)
}
