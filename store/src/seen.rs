//! What the open transaction has read and not changed since. Acts that share a commit mostly ask
//! for the same run: it is read for the first of them. Nobody else can change it meanwhile, since
//! a transaction of the writer is alone.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use domain::ids::{CheckId, DeploymentId, RunId, ServiceId};

use uuid::Uuid;

use crate::{
    checks::{self, CheckRecord},
    deployments::{self, DeploymentRecord},
    error::StoreError,
    heartbeats::{self, HeartbeatRecord},
    measurements::{self, Newest},
    runs::{
        self, RunRecord,
        items::{self, ItemRecord},
        waivers::{self, WaiverRecord},
    },
    tx::Tx,
};

/// One kind of answer, by what was asked.
type Answers<K, V> = HashMap<K, V>;

/// Everything that was read. A write through [`Tx::query`] forgets all of it; a write that knows
/// what it changes says so here instead.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    deployments: Answers<DeploymentId, Option<DeploymentRecord>>,
    runs: Answers<RunId, Option<RunRecord>>,
    items: Answers<(RunId, String), Option<ItemRecord>>,
    waivers: Answers<RunId, Vec<WaiverRecord>>,
    checks: Answers<(ServiceId, String), Arc<Vec<CheckRecord>>>,
    heartbeats: Answers<(ServiceId, String), Vec<HeartbeatRecord>>,
    pinged: Answers<Uuid, Option<HeartbeatRecord>>,
    newest: Answers<(ServiceId, String), Arc<HashMap<CheckId, Newest>>>,
}

impl Seen {
    /// Notes what a box is now.
    pub(crate) fn item_is(&mut self, item: &ItemRecord) {
        self.items.insert((item.run_id, item.key.clone()), Some(item.clone()));
    }

    /// Notes that checks have measured.
    pub(crate) fn measured_again(&mut self) {
        self.newest.clear();
    }

    /// Notes where a heartbeat stands now.
    pub(crate) fn heartbeat_is(&mut self, heartbeat: &HeartbeatRecord) {
        self.pinged.insert(heartbeat.ping_id, Some(heartbeat.clone()));
        let place = (heartbeat.service_id, heartbeat.environment.clone());
        let known = self.heartbeats.get_mut(&place).into_iter().flatten();
        known
            .filter(|known| known.id == heartbeat.id)
            .for_each(|known| known.clone_from(heartbeat));
    }
}

impl Tx {
    /// As [`deployments::by_id`], read once in a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn deployment(
        &mut self,
        id: DeploymentId,
    ) -> Result<Option<DeploymentRecord>, StoreError> {
        if let Some(seen) = self.seen.deployments.get(&id) {
            return Ok(seen.clone());
        }
        let read = deployments::by_id(self, id).await?;
        Ok(keep(&mut self.seen.deployments, id, read))
    }

    /// As [`runs::by_id`], read once in a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn run(&mut self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        if let Some(seen) = self.seen.runs.get(&id) {
            return Ok(seen.clone());
        }
        let read = runs::by_id(self, id).await?;
        Ok(keep(&mut self.seen.runs, id, read))
    }

    /// As [`items::by_key`], read once in a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn item(&mut self, run: RunId, key: &str) -> Result<Option<ItemRecord>, StoreError> {
        let asked = (run, key.to_owned());
        if let Some(seen) = self.seen.items.get(&asked) {
            return Ok(seen.clone());
        }
        let read = items::by_key(self, run, key).await?;
        Ok(keep(&mut self.seen.items, asked, read))
    }

    /// As [`waivers::not_ended`], read once in a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn waivers(&mut self, run: RunId) -> Result<Vec<WaiverRecord>, StoreError> {
        if let Some(seen) = self.seen.waivers.get(&run) {
            return Ok(seen.clone());
        }
        let read = waivers::not_ended(self, run).await?;
        Ok(keep(&mut self.seen.waivers, run, read))
    }

    /// As [`checks::of_environment`], read once in a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn checks(
        &mut self,
        service: ServiceId,
        environment: &str,
    ) -> Result<Arc<Vec<CheckRecord>>, StoreError> {
        let asked = (service, environment.to_owned());
        if let Some(seen) = self.seen.checks.get(&asked) {
            return Ok(seen.clone());
        }
        let read = checks::of_environment(self, service, environment).await?;
        Ok(keep(&mut self.seen.checks, asked, Arc::new(read)))
    }

    /// As [`heartbeats::of_environment`], read once in a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn heartbeats(
        &mut self,
        service: ServiceId,
        environment: &str,
    ) -> Result<Vec<HeartbeatRecord>, StoreError> {
        let asked = (service, environment.to_owned());
        if let Some(seen) = self.seen.heartbeats.get(&asked) {
            return Ok(seen.clone());
        }
        let mut read = heartbeats::of_environment(self, service, environment).await?;
        for record in &mut read {
            self.waiting.stand(record.id).into_iter().for_each(|stands| record.clone_from(stands));
        }
        Ok(keep(&mut self.seen.heartbeats, asked, read))
    }

    /// As [`heartbeats::by_ping_id`], read once in a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn heartbeat(
        &mut self,
        ping_id: Uuid,
    ) -> Result<Option<HeartbeatRecord>, StoreError> {
        if let Some(seen) = self.seen.pinged.get(&ping_id) {
            return Ok(seen.clone());
        }
        let mut read = heartbeats::by_ping_id(self, ping_id).await?;
        if let Some(record) = &mut read {
            self.waiting.stand(record.id).into_iter().for_each(|stands| record.clone_from(stands));
        }
        Ok(keep(&mut self.seen.pinged, ping_id, read))
    }

    /// As [`measurements::newest_of_environment`], read once in a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn newest_measurements(
        &mut self,
        service: ServiceId,
        environment: &str,
    ) -> Result<Arc<HashMap<CheckId, Newest>>, StoreError> {
        let asked = (service, environment.to_owned());
        if let Some(seen) = self.seen.newest.get(&asked) {
            return Ok(seen.clone());
        }
        let read = measurements::newest_of_environment(self, service, environment).await?;
        Ok(keep(&mut self.seen.newest, asked, Arc::new(read)))
    }
}

fn keep<K: Eq + Hash, V: Clone>(answers: &mut Answers<K, V>, asked: K, answer: V) -> V {
    answers.insert(asked, answer.clone());
    answer
}
