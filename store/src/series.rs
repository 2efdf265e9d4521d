//! What was measured of an indicator in an environment: a cell a minute, and for what is older
//! than the minutes are kept, a cell an hour.
//!
//! Minutes become hours when they are too old, never before: a point that arrives late changes
//! its minute and nothing else.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{ids::IndicatorId, indicator::Cell};

use crate::{
    db::{Connection, Row, micros},
    error::StoreError,
    tx::Tx,
};

/// An indicator in an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesId(pub i64);

/// The minute a time lies in, counted from 1970.
#[must_use]
pub fn minute_of(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(60)
}

/// The series of an indicator in an environment, where it has points.
///
/// # Errors
/// What the database says.
pub async fn find(
    link: &mut Connection,
    indicator: IndicatorId,
    environment: &str,
) -> Result<Option<SeriesId>, StoreError> {
    link.query("SELECT id FROM series WHERE indicator_id = $1 AND environment = $2")
        .bind(indicator.0)
        .bind(environment.to_owned())
        .fetch_optional_as(|row| row.get("id").map(SeriesId))
        .await
}

/// The series of an indicator in an environment; made where there is none yet.
///
/// # Errors
/// What the database says.
pub async fn find_or_make(
    tx: &mut Tx,
    indicator: IndicatorId,
    environment: &str,
) -> Result<SeriesId, StoreError> {
    if let Some(known) = find(tx, indicator, environment).await? {
        return Ok(known);
    }
    // Writers come one at a time, so that the next number is free.
    let next = tx
        .query("SELECT coalesce(max(id), 0) + 1 AS id FROM series")
        .fetch_one()
        .await?
        .get::<i64>("id")?;
    tx.query("INSERT INTO series (id, indicator_id, environment) VALUES ($1, $2, $3)")
        .bind(next)
        .bind(indicator.0)
        .bind(environment.to_owned())
        .execute()
        .await?;
    Ok(SeriesId(next))
}

/// Notes what the server that was asked said, where that was no point or beside one; nothing takes
/// back what it said before.
///
/// # Errors
/// What the database says.
pub async fn note(
    tx: &mut Tx,
    series: SeriesId,
    said: String,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    tx.append("UPDATE series SET said = $2, said_at = $3 WHERE id = $1")
        .bind(series.0)
        .bind(said)
        .bind(micros(at))
        .execute()
        .await
        .map(drop)
}

/// What the server that was asked said last, where there is something to say about it, and when.
///
/// # Errors
/// What the database says.
pub async fn noted(
    link: &mut Connection,
    series: SeriesId,
) -> Result<Option<(String, DateTime<Utc>)>, StoreError> {
    let found = link
        .query("SELECT said, said_at FROM series WHERE id = $1")
        .bind(series.0)
        .fetch_optional_as(|row| Ok((row.get::<String>("said")?, row.time_optional("said_at")?)))
        .await?;
    Ok(found.and_then(|(said, at)| Some((said, at?))).filter(|(said, _)| !said.is_empty()))
}

/// The newest minute of a series.
///
/// # Errors
/// What the database says.
pub async fn newest(link: &mut Connection, series: SeriesId) -> Result<Option<i64>, StoreError> {
    let found = link
        .query("SELECT max(minute) AS minute FROM series_minutes WHERE series_id = $1")
        .bind(series.0)
        .fetch_optional_as(|row| row.get::<Option<i64>>("minute"))
        .await?;
    Ok(found.flatten())
}

/// The cells of a series from minute `from` to before minute `until`, with their sketches.
///
/// # Errors
/// What the database says.
pub async fn minutes(
    link: &mut Connection,
    series: SeriesId,
    from: i64,
    until: i64,
) -> Result<Vec<(i64, Cell)>, StoreError> {
    link.query(
        "SELECT minute AS at, good, total, samples, sum, low, high, sketch FROM series_minutes \
         WHERE series_id = $1 AND minute >= $2 AND minute < $3 ORDER BY minute",
    )
    .bind(series.0)
    .bind(from)
    .bind(until)
    .fetch_as(|row| Ok((row.get("at")?, read_cell(row)?)))
    .await
}

/// What a series comes to in each stretch of `every` minutes from minute `from` to before minute
/// `until`, without quantiles; stretches without a point are not among them. What is kept by the
/// hour counts to the stretch its hour begins in.
///
/// # Errors
/// What the database says.
pub async fn stretches(
    link: &mut Connection,
    series: SeriesId,
    from: i64,
    until: i64,
    every: i64,
) -> Result<Vec<(i64, Cell)>, StoreError> {
    link.query(
        "SELECT (minute - $2) / $4 AS at, CAST(sum(good) AS BIGINT) AS good, \
         CAST(sum(total) AS BIGINT) AS total, CAST(sum(samples) AS BIGINT) AS samples, \
         sum(sum) AS sum, min(low) AS low, max(high) AS high FROM ( \
         SELECT minute, good, total, samples, sum, low, high FROM series_minutes \
         WHERE series_id = $1 AND minute >= $2 AND minute < $3 UNION ALL \
         SELECT hour * 60 AS minute, good, total, samples, sum, low, high FROM series_hours \
         WHERE series_id = $1 AND hour * 60 >= $2 AND hour * 60 < $3) AS kept \
         GROUP BY (minute - $2) / $4 ORDER BY 1",
    )
    .bind(series.0)
    .bind(from)
    .bind(until)
    .bind(every.max(1))
    .fetch_as(|row| Ok((row.get("at")?, sums(row)?)))
    .await
}

/// Adds points to a series, minute by minute.
///
/// # Errors
/// What the database says.
pub async fn add(
    tx: &mut Tx,
    series: SeriesId,
    cells: BTreeMap<i64, Cell>,
) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (cells.keys().next(), cells.keys().next_back()) else {
        return Ok(());
    };
    let there: BTreeMap<_, _> = minutes(tx, series, *first, last + 1).await?.into_iter().collect();
    for (minute, mut cell) in cells {
        if let Some(known) = there.get(&minute) {
            cell.merge(known);
        }
        put(tx, series, minute, &cell).await?;
    }
    Ok(())
}

/// Puts a minute of a series in place of what was there.
///
/// # Errors
/// What the database says.
pub async fn put(
    tx: &mut Tx,
    series: SeriesId,
    minute: i64,
    cell: &Cell,
) -> Result<(), StoreError> {
    write(
        tx,
        "INSERT INTO series_minutes (series_id, minute, good, total, samples, sum, low, high, \
         sketch) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (series_id, minute) DO UPDATE SET good = excluded.good, \
         total = excluded.total, samples = excluded.samples, sum = excluded.sum, \
         low = excluded.low, high = excluded.high, sketch = excluded.sketch",
        series,
        minute,
        cell,
    )
    .await
}

/// Rolls the oldest minutes before minute `before` up into hours, of at most one series; answers
/// whether there were any.
///
/// # Errors
/// What the database says.
pub async fn roll_up(tx: &mut Tx, before: i64) -> Result<bool, StoreError> {
    let before = before.div_euclid(60) * 60;
    let found = tx
        .query(
            "SELECT s.id FROM series s WHERE EXISTS (SELECT 1 FROM series_minutes m \
             WHERE m.series_id = s.id AND m.minute < $1) LIMIT 1",
        )
        .bind(before)
        .fetch_optional_as(|row| row.get("id").map(SeriesId))
        .await?;
    let Some(series) = found else { return Ok(false) };
    let mut hours: BTreeMap<i64, Cell> = BTreeMap::new();
    for (minute, cell) in minutes(tx, series, i64::MIN, before).await? {
        hours.entry(minute.div_euclid(60)).or_default().merge(&cell);
    }
    for (hour, mut cell) in hours {
        let known = tx
            .query(
                "SELECT good, total, samples, sum, low, high, sketch FROM series_hours \
                 WHERE series_id = $1 AND hour = $2",
            )
            .bind(series.0)
            .bind(hour)
            .fetch_optional_as(read_cell)
            .await?;
        if let Some(known) = known {
            cell.merge(&known);
        }
        write(
            tx,
            "INSERT INTO series_hours (series_id, hour, good, total, samples, sum, low, high, \
             sketch) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (series_id, hour) DO UPDATE SET good = excluded.good, \
             total = excluded.total, samples = excluded.samples, sum = excluded.sum, \
             low = excluded.low, high = excluded.high, sketch = excluded.sketch",
            series,
            hour,
            &cell,
        )
        .await?;
    }
    tx.query("DELETE FROM series_minutes WHERE series_id = $1 AND minute < $2")
        .bind(series.0)
        .bind(before)
        .execute()
        .await?;
    Ok(true)
}

/// Removes the hours before hour `before`; answers how many.
///
/// # Errors
/// What the database says.
pub async fn prune_hours(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    tx.query("DELETE FROM series_hours WHERE hour < $1").bind(before).execute().await
}

async fn write(
    tx: &mut Tx,
    sql: &'static str,
    series: SeriesId,
    at: i64,
    cell: &Cell,
) -> Result<(), StoreError> {
    let kept = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    tx.append(sql)
        .bind(series.0)
        .bind(at)
        .bind(kept(cell.good))
        .bind(kept(cell.total))
        .bind(kept(cell.samples))
        .bind(cell.sum)
        .bind(cell.low)
        .bind(cell.high)
        .bind(cell.sketch_bytes())
        .execute()
        .await
        .map(drop)
}

fn read_cell(row: &Row) -> Result<Cell, StoreError> {
    let bytes: Vec<u8> = row.get("sketch")?;
    sums(row)?.with_sketch(&bytes).map_err(|error| StoreError::corrupt("sketch", error))
}

fn sums(row: &Row) -> Result<Cell, StoreError> {
    let count = |column| Ok::<_, StoreError>(u64::try_from(row.get::<i64>(column)?).unwrap_or(0));
    let events = (count("good")?, count("total")?);
    let (sum, low, high) = (row.get("sum")?, row.get("low")?, row.get("high")?);
    Ok(Cell::of_sums(events, count("samples")?, sum, low, high))
}
