//! Noticing that a heartbeat is silent. It takes nothing and may run at any time, at any number of
//! portals: what is silent and not known to be is written down once.

use domain::event::Event;
use store::heartbeats;

use super::{ping::turned, stand::settle};
use crate::{Engine, Refusal};

/// The most that are written down in a round.
const AT_MOST: i64 = 500;

impl Engine {
    /// Writes down the heartbeats that have become silent; answers how many.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn notice_silence(&self) -> Result<usize, Refusal> {
        let now = self.now();
        let silent = heartbeats::silent(&mut self.read().await?, now, AT_MOST).await?;
        if silent.is_empty() {
            return Ok(0);
        }
        let ids: Vec<_> = silent.into_iter().map(|record| record.ping_id).collect();
        self.write(move |tx| {
            Box::pin(async move {
                let mut noticed = 0;
                for id in ids {
                    // It may have been heard of meanwhile.
                    let Some(before) = heartbeats::by_ping_id(tx, id).await? else { continue };
                    let mut record = before.clone();
                    settle(&mut record, now);
                    if record.state == before.state {
                        continue;
                    }
                    heartbeats::stand(tx, &record);
                    noticed += 1;
                    if let Some(id) = turned(tx, &before, &record, now).await? {
                        tx.publish(Event::run_changed(id));
                    }
                }
                Ok(noticed)
            })
        })
        .await
    }
}
