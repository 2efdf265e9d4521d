//! When heartbeats are looked at for the runs they speak for: what ran before may have been silent for long,
//! and what runs now is expected in its own time.

use chrono::{DateTime, Utc};
use domain::{heartbeat::Heartbeat, ids::ServiceId};
use store::{Tx, heartbeats, runs};

use super::status::expect_since;
use crate::Error;

/// Has the heartbeats of a service in an environment looked at no later than when they are missed for a run
/// that begins at `since`.
pub(crate) async fn expect_all_since(
    tx: &mut Tx,
    service: ServiceId,
    environment: &str,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    for mut record in tx.heartbeats(service, environment).await? {
        let before = record.silent_at;
        expect_since(&mut record, since, now);
        if record.silent_at != before {
            heartbeats::put_state(tx, &record);
        }
    }
    Ok(())
}

/// Has a heartbeat looked at no later than when it is missed for any run it speaks for.
pub(super) async fn expect_for_runs(
    tx: &mut Tx,
    record: &mut Heartbeat,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let (service, environment) = (record.service_id, record.environment.clone());
    let signed = runs::signed_in(tx, service, &environment).await?;
    let signed = signed.filter(|run| run.can_be_revoked(now));
    for run in runs::open_in(tx, service, &environment).await?.into_iter().chain(signed) {
        expect_since(record, run.opened_at, now);
    }
    Ok(())
}
