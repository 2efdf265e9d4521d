//! Which tests the reports on a box are of that came without a name of their own.

use domain::{ids::ItemId, reports::CaseSet};

use crate::{
    db::{Connection, Row},
    error::StoreError,
    tx::Tx,
};

/// A report by its name, and its tests where they are few enough to be kept.
pub type ReportCases = (String, Option<CaseSet>);

/// Those of a box.
///
/// # Errors
/// What the database says.
pub async fn of_item(link: &mut Connection, item: ItemId) -> Result<Vec<ReportCases>, StoreError> {
    link.query("SELECT name, cases FROM report_cases WHERE item_id = $1 ORDER BY name")
        .bind(item.0)
        .fetch_as(read)
        .await
}

/// Adds one, or puts it in the place of that with its name.
///
/// # Errors
/// What the database says.
pub async fn put(
    tx: &mut Tx,
    item: ItemId,
    name: String,
    cases: &CaseSet,
) -> Result<(), StoreError> {
    tx.append(
        "INSERT INTO report_cases (item_id, name, cases) VALUES ($1, $2, $3) \
         ON CONFLICT (item_id, name) DO UPDATE SET cases = excluded.cases",
    )
    .bind(item.0)
    .bind(name)
    .bind(cases.to_bytes())
    .execute()
    .await
    .map(drop)
}

/// Removes one that no longer stands.
///
/// # Errors
/// What the database says.
pub async fn delete(tx: &mut Tx, item: ItemId, name: String) -> Result<(), StoreError> {
    tx.append("DELETE FROM report_cases WHERE item_id = $1 AND name = $2")
        .bind(item.0)
        .bind(name)
        .execute()
        .await
        .map(drop)
}

fn read(row: &Row) -> Result<ReportCases, StoreError> {
    let cases: Option<Vec<u8>> = row.get("cases")?;
    Ok((row.get("name")?, cases.map(|bytes| CaseSet::from_bytes(&bytes))))
}
