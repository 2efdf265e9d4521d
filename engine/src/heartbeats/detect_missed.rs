//! Detecting that a heartbeat was missed. It takes nothing and may run at any time, at any number of
//! portals: what is silent and not known to be is written down once.

use store::heartbeats;

use super::{Heartbeats, expect::expect_for_runs, ping::turned, status::settle};
use crate::Error;

/// How many are written down in one transaction.
const AT_ONCE: i64 = 500;

/// What a step of looking came to.
struct Detected {
    /// How many were written down.
    noticed: usize,
    /// Whether there may be more.
    left: bool,
}

impl Heartbeats<'_> {
    /// Writes down the heartbeats that have become silent; answers how many.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn detect_missed(self) -> Result<usize, Error> {
        let mut noticed = 0;
        loop {
            let more = self.detect_some().await?;
            noticed += more.noticed;
            // Those that could not be written down would be found again.
            if !more.left || more.noticed == 0 || self.0.stopping().is_cancelled() {
                return Ok(noticed);
            }
        }
    }

    async fn detect_some(self) -> Result<Detected, Error> {
        let now = self.0.now();
        let silent = heartbeats::silent(&mut self.0.read().await?, now, AT_ONCE).await?;
        if silent.is_empty() {
            return Ok(Detected { noticed: 0, left: false });
        }
        let left = i64::try_from(silent.len()).is_ok_and(|found| found >= AT_ONCE);
        let ids: Vec<_> = silent.into_iter().map(|record| record.ping_id).collect();
        let act = self.0.write(move |tx| {
            Box::pin(async move {
                let mut noticed = 0;
                for id in ids {
                    // It may have been heard of meanwhile.
                    let Some(before) = heartbeats::by_ping_id(tx, id).await? else { continue };
                    let mut record = before.clone();
                    settle(&mut record, now);
                    expect_for_runs(tx, &mut record, now).await?;
                    if record.state == before.state && record.silent_at == before.silent_at {
                        continue;
                    }
                    heartbeats::put_state(tx, &record);
                    noticed += 1;
                    turned(tx, &before, &record, now).await?;
                }
                Ok::<_, Error>(Detected { noticed, left })
            })
        });
        act.await
    }
}
