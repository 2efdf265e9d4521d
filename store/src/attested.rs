//! What the audit log vouches for, beside the records as they are.

use chrono::{DateTime, Utc};
use domain::attested::{Attestation, Attested as _, AttestedKind, WaiverEnd};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    bulk,
    db::{Connection, micros},
    error::StoreError,
    runs::{evidence, sign_offs, waivers},
};

/// What an entry's particulars hold attestations under.
pub const ATTESTS: &str = "attests";
/// How many entries are read at once.
const AT_ONCE: i64 = 500;

/// An entry that vouches for records.
#[derive(Debug)]
pub struct Vouching {
    /// Its place in the log.
    pub seq: i64,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What it vouches for.
    pub attests: Vec<Attestation>,
}

#[derive(Deserialize)]
struct Details {
    attests: Vec<Attestation>,
}

/// The next entries behind `after` that vouch for records, in order; none once all were read.
///
/// # Errors
/// What the database says.
pub async fn vouching(link: &mut Connection, after: i64) -> Result<Vec<Vouching>, StoreError> {
    link.query(
        "SELECT seq, at, details FROM audit WHERE seq > $1 AND details LIKE '%\"attests\":%' \
         ORDER BY seq LIMIT $2",
    )
    .bind(after)
    .bind(AT_ONCE)
    .fetch_as(|row| {
        // A text somebody typed may hold the word as well.
        let details: Option<Details> = serde_json::from_str(&row.get::<String>("details")?).ok();
        let attests = details.map_or_else(Vec::new, |details| details.attests);
        Ok(Vouching { seq: row.get("seq")?, at: row.time("at")?, attests })
    })
    .await
}

/// What would be said of these records as they are now; of one that is gone nothing is.
///
/// # Errors
/// What the database says.
pub async fn as_they_are(
    link: &mut Connection,
    kind: AttestedKind,
    ids: Vec<Uuid>,
) -> Result<Vec<Attestation>, StoreError> {
    match kind {
        AttestedKind::SignOff => {
            let read = |row: &_| sign_offs::read(row).map(|record| record.attestation());
            bulk::among(link, sign_offs::SELECT, "s.id", ids, read).await
        }
        AttestedKind::Waiver => {
            let read = |row: &_| waivers::read(row).map(|record| record.attestation());
            bulk::among(link, "SELECT * FROM waivers", "id", ids, read).await
        }
        AttestedKind::Evidence => {
            let read = |row: &_| evidence::read(row).map(|record| record.attestation());
            bulk::among(link, "SELECT * FROM evidence", "id", ids, read).await
        }
        AttestedKind::SignOffVoid => {
            let head = "SELECT sign_off_id, at, reason FROM voided_sign_offs";
            let read = |row: &_| sign_offs::read_void(row).map(|record| record.attestation());
            bulk::among(link, head, "sign_off_id", ids, read).await
        }
        AttestedKind::WaiverEnd => {
            let end = |row: &_| waivers::read(row).map(|record| WaiverEnd::of(&record));
            let read = |row: &_| end(row).map(|end| end.map(|end| end.attestation()));
            let found = bulk::among(link, "SELECT * FROM waivers", "id", ids, read).await?;
            Ok(found.into_iter().flatten().collect())
        }
    }
}

/// The ids of the records of a kind that were added after `since`.
///
/// # Errors
/// What the database says.
pub async fn added_after(
    link: &mut Connection,
    kind: AttestedKind,
    since: DateTime<Utc>,
) -> Result<Vec<Uuid>, StoreError> {
    let sql = match kind {
        AttestedKind::SignOff => "SELECT id FROM sign_offs WHERE at > $1",
        AttestedKind::Waiver => "SELECT id FROM waivers WHERE granted_at > $1",
        AttestedKind::Evidence => "SELECT id FROM evidence WHERE at > $1",
        AttestedKind::SignOffVoid => "SELECT sign_off_id AS id FROM voided_sign_offs WHERE at > $1",
        AttestedKind::WaiverEnd => "SELECT id FROM waivers WHERE ended_at > $1",
    };
    link.query(sql).bind(micros(since)).fetch_as(|row| row.get("id")).await
}
