//! What a browser showed on a journey, a row for each picture.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use domain::{ids::CheckId, measurement::Picture};

use super::millis_up;
use crate::{bulk, db::Connection, error::StoreError};

/// A row of `measurement_pictures`.
pub(super) struct PictureRow {
    check: CheckId,
    at: i64,
    n: i64,
    jpeg: Vec<u8>,
}

impl PictureRow {
    /// Which measurement it belongs to.
    pub(super) const fn belongs_to(&self) -> (CheckId, i64) {
        (self.check, self.at)
    }
}

/// The rows of a measurement's pictures, but of those that were left out.
pub(super) fn rows(
    check: CheckId,
    at: i64,
    pictures: &[Picture],
) -> impl Iterator<Item = PictureRow> {
    (0..)
        .zip(pictures)
        .filter(|(_, picture)| !picture.jpeg.is_empty())
        .map(move |(n, picture)| PictureRow { check, at, n, jpeg: picture.jpeg.clone() })
}

/// Adds them; the evidence they belong to is there.
pub(super) async fn add(link: &mut Connection, rows: Vec<PictureRow>) -> Result<(), StoreError> {
    let head = "INSERT INTO measurement_pictures (check_id, at, n, jpeg)";
    bulk::insert(link, head, 4, "", rows, |query, row| {
        query.bind(row.check.0).bind(row.at).bind(row.n).bind(row.jpeg)
    })
    .await
    .map(drop)
}

/// Picture `n` of the measurement at `at`, as JPEG, where it is kept.
///
/// # Errors
/// What the database says.
pub async fn picture(
    link: &mut Connection,
    check: CheckId,
    at: DateTime<Utc>,
    n: usize,
) -> Result<Option<Vec<u8>>, StoreError> {
    let kept = link
        .query("SELECT jpeg FROM measurement_pictures WHERE check_id = $1 AND at = $2 AND n = $3")
        .bind(check.0)
        .bind(millis_up(at))
        .bind(i64::try_from(n).unwrap_or(i64::MAX))
        .fetch_optional_as(|row| row.get("jpeg"))
        .await?;
    match kept {
        Some(jpeg) => Ok(Some(jpeg)),
        None => within_the_body(link, check, at, n).await,
    }
}

/// Says of the pictures of a measurement which of them are not kept any more.
pub(super) async fn note_gone(
    link: &mut Connection,
    (check, at): (CheckId, i64),
    body: &str,
    pictures: &mut [Picture],
) -> Result<(), StoreError> {
    // Before there were rows for them they stood within the body.
    if pictures.is_empty() || body.contains(r#""jpeg":""#) {
        return Ok(());
    }
    let kept: Vec<i64> = link
        .query("SELECT n FROM measurement_pictures WHERE check_id = $1 AND at = $2")
        .bind(check.0)
        .bind(at)
        .fetch_as(|row| row.get("n"))
        .await?;
    for (n, picture) in (0..).zip(pictures) {
        if picture.left_out.is_none() && !kept.contains(&n) {
            picture.left_out =
                Some("Kept no more: a check that changes often keeps its newest pictures.".into());
        }
    }
    Ok(())
}

/// As they were kept before there were rows for them.
async fn within_the_body(
    link: &mut Connection,
    check: CheckId,
    at: DateTime<Utc>,
    n: usize,
) -> Result<Option<Vec<u8>>, StoreError> {
    let body = link
        .query("SELECT body FROM measurement_evidence WHERE check_id = $1 AND at = $2")
        .bind(check.0)
        .bind(millis_up(at))
        .fetch_optional_as(|row| row.json::<serde_json::Value>("body"))
        .await?;
    let jpeg = body.as_ref().and_then(|body| body["pictures"][n]["jpeg"].as_str());
    let decoded = jpeg.map(|jpeg| STANDARD.decode(jpeg)).transpose();
    decoded.map_err(|error| StoreError::corrupt("body", error))
}
