//! Which versions of a service answered, by the minute.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Duration, Utc};
use domain::{
    answering_version::{AnswerShares, VersionSource, WINDOW_MIN},
    ids::{RunId, ServiceId},
};

use crate::{
    bulk,
    db::{Connection, Row},
    error::StoreError,
    tx::{Question, Tx},
};

/// The most versions that are told apart in a run at a time: a service that names another with each answer must
/// not fill the database.
const MOST_VERSIONS: usize = 20;
/// Stands for all above that.
const OTHERS: &str = "(others)";

/// Answers of a run in a minute, by version; the empty one for those that named none.
pub type Answers = BTreeMap<(RunId, i64, String), i64>;

/// The minute since 1970 a time lies in.
#[must_use]
pub const fn minute(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(60)
}

/// Counts answers.
///
/// # Errors
/// What the database says.
pub async fn count(tx: &mut Tx, answers: Answers) -> Result<(), StoreError> {
    let mut runs: BTreeMap<RunId, i64> = BTreeMap::new();
    for (run, minute, _) in answers.keys() {
        runs.entry(*run).and_modify(|first| *first = (*first).min(*minute)).or_insert(*minute);
    }
    let mut known: HashMap<RunId, BTreeSet<String>> = HashMap::new();
    for (run, first) in runs {
        // Of the minutes that are counted together: what was named by mistake is soon forgotten.
        let found = tx
            .query(
                "SELECT DISTINCT version FROM answers_by_version \
                 WHERE run_id = $1 AND minute > $2 LIMIT $3",
            )
            .bind(run.0)
            .bind(first - WINDOW_MIN)
            .bind(i64::try_from(MOST_VERSIONS).unwrap_or(i64::MAX))
            .fetch_as(|row| row.get::<String>("version"))
            .await?;
        known.insert(run, found.into_iter().collect());
    }
    let mut counted: Answers = BTreeMap::new();
    for ((run, minute, version), times) in answers {
        let versions = known.entry(run).or_default();
        let version = if versions.contains(&version) || versions.len() < MOST_VERSIONS {
            versions.insert(version.clone());
            version
        } else {
            OTHERS.to_owned()
        };
        *counted.entry((run, minute, version)).or_default() += times;
    }
    let head = "INSERT INTO answers_by_version (run_id, minute, version, times)";
    let tail = "ON CONFLICT (run_id, minute, version) DO UPDATE SET \
                times = answers_by_version.times + excluded.times";
    let rows = counted.into_iter().collect();
    bulk::insert(tx, head, 4, tail, rows, |query, ((run, minute, version), times)| {
        query.bind(run.0).bind(minute).bind(version).bind(times)
    })
    .await
    .map(drop)
}

/// Which versions answered in the minutes before `now` that are counted together.
///
/// # Errors
/// What the database says.
pub async fn shares(
    link: &mut Connection,
    run: RunId,
    now: DateTime<Utc>,
) -> Result<AnswerShares, StoreError> {
    let answers = link
        .query(
            "SELECT version, CAST(sum(times) AS BIGINT) AS times FROM answers_by_version \
             WHERE run_id = $1 AND minute > $2 AND minute <= $3 GROUP BY version \
             ORDER BY 2 DESC, 1",
        )
        .bind(run.0)
        .bind(minute(now - Duration::minutes(WINDOW_MIN)))
        .bind(minute(now))
        .fetch_as(|row| {
            let version: String = row.get("version")?;
            Ok(((!version.is_empty()).then_some(version), row.get("times")?))
        })
        .await?;
    Ok(AnswerShares { answers })
}

/// Forgets answers before `until`, at most `limit` rows; answers how many.
///
/// # Errors
/// What the database says.
pub async fn prune(tx: &mut Tx, until: DateTime<Utc>, limit: i64) -> Result<u64, StoreError> {
    tx.query(
        "DELETE FROM answers_by_version WHERE (run_id, minute, version) IN \
         (SELECT run_id, minute, version FROM answers_by_version WHERE minute < $1 LIMIT $2)",
    )
    .bind(minute(until))
    .bind(limit)
    .execute()
    .await
}

/// The services that say where their answers name their version.
///
/// # Errors
/// What the database says.
pub async fn sources(link: &mut Connection) -> Result<Vec<(ServiceId, VersionSource)>, StoreError> {
    link.query("SELECT id, version_source FROM services WHERE version_source IS NOT NULL")
        .fetch_as(|row| Ok((ServiceId(row.get("id")?), row.json("version_source")?)))
        .await
}

/// Where the answers of a service name their version.
///
/// # Errors
/// What the database says.
pub async fn source(
    link: &mut Connection,
    service: ServiceId,
) -> Result<Option<VersionSource>, StoreError> {
    let read = |row: &Row| row.json_optional("version_source");
    let found = link
        .query("SELECT version_source FROM services WHERE id = $1")
        .bind(service.0)
        .fetch_optional_as(read)
        .await?;
    Ok(found.flatten())
}

#[derive(PartialEq, Eq, Hash)]
struct SourceOf(ServiceId);

impl Question for SourceOf {
    type Answer = Arc<Option<VersionSource>>;
}

impl Tx {
    /// As [`source`], read once in a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn version_source(
        &mut self,
        service: ServiceId,
    ) -> Result<Arc<Option<VersionSource>>, StoreError> {
        if let Some(known) = self.cache.get(&SourceOf(service)) {
            return Ok(known.clone());
        }
        let read = source(self, service).await?;
        Ok(self.cache.put(SourceOf(service), Arc::new(read)))
    }
}
