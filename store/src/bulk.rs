//! Many rows in one statement: it costs little more than one for one row.

use sqlx::AssertSqlSafe;

use crate::{
    db::{Connection, Kind, Query, Row, Value},
    error::StoreError,
};

/// How many rows a statement takes, most first: few sizes, so that few statements are prepared.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// Inserts rows: `head` is all before `VALUES`, `tail` all behind them, `bind` binds the `columns`
/// of one row. Answers how many were added or changed.
pub(crate) async fn insert<T>(
    link: &mut Connection,
    head: &str,
    columns: usize,
    tail: &str,
    rows: Vec<T>,
    bind: impl for<'q> Fn(Query<'q>, T) -> Query<'q>,
) -> Result<u64, StoreError> {
    let mut rows = rows.into_iter();
    let mut changed = 0;
    while rows.len() > 0 {
        let size = size(rows.len());
        let sql = format!("{head} VALUES {} {tail}", places(link.kind(), columns, size));
        let mut query = link.query(AssertSqlSafe(sql));
        for row in rows.by_ref().take(size) {
            query = bind(query, row);
        }
        changed += query.execute().await?;
    }
    Ok(changed)
}

/// Deletes the rows of these keys: `head` is all before `WHERE`, `key` tells a row, its values
/// standing as `?` in it, and `bind` binds those of one.
pub(crate) async fn delete<K>(
    link: &mut Connection,
    head: &str,
    key: &str,
    keys: Vec<K>,
    bind: impl for<'q> Fn(Query<'q>, K) -> Query<'q>,
) -> Result<(), StoreError> {
    let mut keys = keys.into_iter();
    while keys.len() > 0 {
        let size = size(keys.len());
        // Not a list of rows: for those SQLite would read the whole table.
        let any = vec![key; size].join(" OR ");
        let sql = numbered(link.kind(), &format!("{head} WHERE {any}"));
        let mut query = link.query(AssertSqlSafe(sql));
        for key in keys.by_ref().take(size) {
            query = bind(query, key);
        }
        query.execute().await?;
    }
    Ok(())
}

/// Reads the rows whose `column` is one of `keys`: `head` is all before `WHERE`.
pub(crate) async fn among<K: Value, T>(
    link: &mut Connection,
    head: &str,
    column: &str,
    keys: Vec<K>,
    read: impl Fn(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    among_bound(link, &format!("{head} WHERE {column}"), |query| query, keys, read).await
}

/// Reads the rows whose last column of `head` is one of `keys`; `bind` binds the values that stand as
/// `?` in it.
pub(crate) async fn among_bound<K: Value, T>(
    link: &mut Connection,
    head: &str,
    bind: impl for<'q> Fn(Query<'q>) -> Query<'q>,
    keys: Vec<K>,
    read: impl Fn(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut keys = keys.into_iter();
    let mut found = Vec::with_capacity(keys.len());
    while keys.len() > 0 {
        let size = size(keys.len());
        let sql = format!("{head} IN {}", places(Kind::Sqlite, size, 1));
        let sql = numbered(link.kind(), &sql);
        let mut query = bind(link.query(AssertSqlSafe(sql)));
        for key in keys.by_ref().take(size) {
            query = query.bind(key);
        }
        for row in query.fetch_all().await? {
            found.push(read(&row)?);
        }
    }
    Ok(found)
}

/// Reads what `select` finds for each of `keys`, many in one statement: its values stand as `?` in
/// it, and `bind` binds those of one key.
pub(crate) async fn union<K, T>(
    link: &mut Connection,
    select: &str,
    keys: Vec<K>,
    bind: impl for<'q> Fn(Query<'q>, K) -> Query<'q>,
    read: impl Fn(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut keys = keys.into_iter();
    let mut found = Vec::new();
    while keys.len() > 0 {
        let size = size(keys.len());
        let sql = numbered(link.kind(), &vec![select; size].join(" UNION ALL "));
        let mut query = link.query(AssertSqlSafe(sql));
        for key in keys.by_ref().take(size) {
            query = bind(query, key);
        }
        for row in query.fetch_all().await? {
            found.push(read(&row)?);
        }
    }
    Ok(found)
}

/// The statement with its `?` as the database writes them.
fn numbered(kind: Kind, sql: &str) -> String {
    if kind == Kind::Sqlite {
        return sql.to_owned();
    }
    let mut parts = sql.split('?');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (n, part) in (1..).zip(parts) {
        text.push_str(&format!("${n}{part}"));
    }
    text
}

fn size(left: usize) -> usize {
    SIZES.into_iter().find(|size| *size <= left).unwrap_or(1)
}

/// The places of `rows` rows of `columns` values: `($1, $2), ($3, $4)`; without numbers on SQLite,
/// which looks each up among all that are numbered.
fn places(kind: Kind, columns: usize, rows: usize) -> String {
    let mut text = String::with_capacity(columns * rows * 6);
    for place in 0..columns * rows {
        let before = match (place, place % columns) {
            (0, _) => "(",
            (_, 0) => "), (",
            _ => ", ",
        };
        text.push_str(before);
        text.push(if kind == Kind::Postgres { '$' } else { '?' });
        if kind == Kind::Postgres {
            text.push_str(&(place + 1).to_string());
        }
    }
    text.push(')');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_where_they_must_be() {
        assert_eq!(numbered(Kind::Postgres, "a = ? LIMIT ?"), "a = $1 LIMIT $2");
        assert_eq!(numbered(Kind::Sqlite, "a = ? LIMIT ?"), "a = ? LIMIT ?");
    }

    #[test]
    fn places_are_numbered_through() {
        assert_eq!(places(Kind::Postgres, 2, 2), "($1, $2), ($3, $4)");
        assert_eq!(places(Kind::Postgres, 3, 1), "($1, $2, $3)");
        assert_eq!(places(Kind::Sqlite, 2, 2), "(?, ?), (?, ?)");
        assert_eq!([1, 3, 4, 15, 16, 99].map(size), [1, 1, 4, 4, 16, 64]);
    }
}
