//! What leaked where, until somebody says what was rotated.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use domain::{ids::ServiceId, leak::Leak};

use crate::{
    db::{Connection, micros},
    error::StoreError,
    tx::{Question, Tx},
};

/// Leaks by the key of their box.
pub type Leaks = HashMap<String, Leak>;

/// The leaks of a service in an environment of which nobody has said what was rotated.
///
/// # Errors
/// What the database says.
pub async fn unsettled(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
) -> Result<Leaks, StoreError> {
    let found = link
        .query(
            "SELECT item_key, first_at, last_at, times FROM leaks WHERE service_id = $1 \
             AND environment = $2 AND settled_at IS NULL",
        )
        .bind(service.0)
        .bind(environment.to_owned())
        .fetch_as(|row| {
            let leak = Leak {
                first: row.time("first_at")?,
                last: row.time("last_at")?,
                times: row.get("times")?,
            };
            Ok((row.get("item_key")?, leak))
        })
        .await?;
    Ok(found.into_iter().collect())
}

#[derive(PartialEq, Eq, Hash)]
struct UnsettledIn(ServiceId, String);

impl Question for UnsettledIn {
    type Answer = Arc<Leaks>;
}

impl Tx {
    /// As [`unsettled`], read once in a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn unsettled_leaks(
        &mut self,
        service: ServiceId,
        environment: &str,
    ) -> Result<Arc<Leaks>, StoreError> {
        let question = UnsettledIn(service, environment.to_owned());
        if let Some(known) = self.cache.get(&question) {
            return Ok(known.clone());
        }
        let read = Arc::new(unsettled(self, service, environment).await?);
        Ok(self.cache.put(question, read))
    }
}

/// Notes that it leaks: once more, or anew where the one before was settled.
///
/// # Errors
/// What the database says.
pub async fn note(
    tx: &mut Tx,
    service: ServiceId,
    environment: &str,
    item: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO leaks (service_id, environment, item_key, first_at, last_at, times) \
         VALUES ($1, $2, $3, $4, $4, 1) \
         ON CONFLICT (service_id, environment, item_key) DO UPDATE SET \
         first_at = CASE WHEN leaks.settled_at IS NULL THEN leaks.first_at ELSE excluded.first_at END, \
         times = CASE WHEN leaks.settled_at IS NULL THEN leaks.times + 1 ELSE 1 END, \
         last_at = excluded.last_at, settled_at = NULL",
    )
    .bind(service.0)
    .bind(environment.to_owned())
    .bind(item.to_owned())
    .bind(micros(at))
    .execute()
    .await
    .map(drop)
}

/// Notes that somebody said what was rotated.
///
/// # Errors
/// What the database says.
pub async fn settle(
    tx: &mut Tx,
    service: ServiceId,
    environment: &str,
    item: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    tx.query(
        "UPDATE leaks SET settled_at = $4 WHERE service_id = $1 AND environment = $2 \
         AND item_key = $3 AND settled_at IS NULL",
    )
    .bind(service.0)
    .bind(environment.to_owned())
    .bind(item.to_owned())
    .bind(micros(at))
    .execute()
    .await
    .map(drop)
}
