//! One value on its way between databases.

use sha2::{Digest as _, Sha256};
use sqlx::{Column as _, Row as _, TypeInfo as _, ValueRef as _};
use uuid::Uuid;

use crate::db::Row;

/// A value as SQLite keeps it: ids are blobs, truth is a number.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl Cell {
    /// The bytes of a text or of what is none.
    pub(super) const fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Blob(blob) => blob.len(),
            Self::Null | Self::Int(_) | Self::Real(_) => 8,
        }
    }
}

/// What a column of PostgreSQL takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PgType {
    Uuid,
    Bytes,
    Int,
    Bool,
    Real,
    Text,
}

impl PgType {
    /// The type by the name `information_schema` gives it.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "uuid" => Self::Uuid,
            "bytea" => Self::Bytes,
            "bigint" => Self::Int,
            "boolean" => Self::Bool,
            "double precision" => Self::Real,
            "text" => Self::Text,
            _ => return None,
        })
    }
}

/// A cell as a column of PostgreSQL takes it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum PgCell {
    Uuid(Option<Uuid>),
    Bytes(Option<Vec<u8>>),
    Int(Option<i64>),
    Bool(Option<bool>),
    Real(Option<f64>),
    Text(Option<String>),
}

impl Cell {
    /// Reads the `index`th column of a row.
    pub(super) fn read(row: &Row, index: usize) -> Result<Self, sqlx::Error> {
        match row {
            Row::Sqlite(row) => {
                // SQLite's types belong to the value, not to the column.
                let kind = {
                    let raw = row.try_get_raw(index)?;
                    if raw.is_null() {
                        return Ok(Self::Null);
                    }
                    raw.type_info().name().to_owned()
                };
                Ok(match kind.as_str() {
                    "REAL" => Self::Real(row.try_get_unchecked(index)?),
                    "TEXT" => Self::Text(row.try_get_unchecked(index)?),
                    "BLOB" => Self::Blob(row.try_get_unchecked(index)?),
                    _ => Self::Int(row.try_get_unchecked(index)?),
                })
            }
            Row::Postgres(row) => {
                if row.try_get_raw(index)?.is_null() {
                    return Ok(Self::Null);
                }
                Ok(match row.column(index).type_info().name() {
                    "UUID" => Self::Blob(row.try_get::<Uuid, _>(index)?.as_bytes().to_vec()),
                    "BYTEA" => Self::Blob(row.try_get(index)?),
                    "INT8" => Self::Int(row.try_get(index)?),
                    "BOOL" => Self::Int(i64::from(row.try_get::<bool, _>(index)?)),
                    "FLOAT8" => Self::Real(row.try_get(index)?),
                    _ => Self::Text(row.try_get(index)?),
                })
            }
        }
    }

    /// The same value for a column of PostgreSQL.
    ///
    /// # Errors
    /// The rest of a sentence about the column, where the value does not fit.
    pub(super) fn for_postgres(self, kind: PgType) -> Result<PgCell, String> {
        Ok(match (kind, self) {
            (PgType::Uuid, Self::Null) => PgCell::Uuid(None),
            (PgType::Uuid, Self::Blob(bytes)) => PgCell::Uuid(Some(
                Uuid::from_slice(&bytes).map_err(|_| "holds an id of the wrong length")?,
            )),
            (PgType::Bytes, Self::Null) => PgCell::Bytes(None),
            (PgType::Bytes, Self::Blob(bytes)) => PgCell::Bytes(Some(bytes)),
            (PgType::Int, Self::Null) => PgCell::Int(None),
            (PgType::Int, Self::Int(number)) => PgCell::Int(Some(number)),
            (PgType::Bool, Self::Null) => PgCell::Bool(None),
            (PgType::Bool, Self::Int(number @ (0 | 1))) => PgCell::Bool(Some(number == 1)),
            (PgType::Real, Self::Null) => PgCell::Real(None),
            (PgType::Real, Self::Real(number)) => PgCell::Real(Some(number)),
            (PgType::Text, Self::Null) => PgCell::Text(None),
            (PgType::Text, Self::Text(text)) if text.contains('\0') => {
                return Err("holds a text with a zero character, which PostgreSQL refuses".into());
            }
            (PgType::Text, Self::Text(text)) => PgCell::Text(Some(text)),
            (kind, cell) => return Err(format!("holds {} where {kind:?} belongs", cell.kind())),
        })
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Int(_) => "a number",
            Self::Real(_) => "a fraction",
            Self::Text(_) => "a text",
            Self::Blob(_) => "bytes",
        }
    }

    fn feed(&self, hasher: &mut Sha256) {
        let mut sized = |tag: u8, bytes: &[u8]| {
            hasher.update([tag]);
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        match self {
            Self::Null => sized(0, &[]),
            Self::Int(number) => sized(1, &number.to_be_bytes()),
            Self::Real(number) => sized(2, &number.to_bits().to_be_bytes()),
            Self::Text(text) => sized(3, text.as_bytes()),
            Self::Blob(bytes) => sized(4, bytes),
        }
    }
}

/// What the rows of a table add up to, in whatever order they come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) rows: i64,
    lanes: [u64; 4],
}

impl Sum {
    pub(super) fn add(&mut self, cells: &[Cell]) {
        let mut hasher = Sha256::new();
        for cell in cells {
            cell.feed(&mut hasher);
        }
        let hash = hasher.finalize();
        for (lane, bytes) in self.lanes.iter_mut().zip(hash.chunks_exact(8)) {
            let mut word = [0; 8];
            word.copy_from_slice(bytes);
            *lane = lane.wrapping_add(u64::from_be_bytes(word));
        }
        self.rows += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_does_not_fit_is_refused() {
        assert!(Cell::Text("a\0b".into()).for_postgres(PgType::Text).is_err());
        assert!(Cell::Int(2).for_postgres(PgType::Bool).is_err());
        assert!(Cell::Blob(vec![1; 15]).for_postgres(PgType::Uuid).is_err());
        assert!(Cell::Text("1".into()).for_postgres(PgType::Int).is_err());
        assert_eq!(Cell::Int(1).for_postgres(PgType::Bool), Ok(PgCell::Bool(Some(true))));
    }

    #[test]
    fn a_sum_knows_rows_but_not_their_order() {
        let (a, b) = ([Cell::Int(1), Cell::Null], [Cell::Text("x".into()), Cell::Null]);
        let sum = |rows: &[&[Cell]]| {
            let mut sum = Sum::default();
            rows.iter().for_each(|row| sum.add(row));
            sum
        };
        assert_eq!(sum(&[&a, &b]), sum(&[&b, &a]));
        assert_ne!(sum(&[&a, &b]), sum(&[&a, &a]));
        assert_ne!(sum(&[&[Cell::Null, Cell::Int(1)]]), sum(&[&a]));
    }
}
