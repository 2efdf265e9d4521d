//! A row of either database.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow};

use crate::error::StoreError;

/// A value both databases can give.
pub trait Field:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl<T> Field for T where
    T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

/// A row.
pub enum Row {
    /// Of SQLite.
    Sqlite(SqliteRow),
    /// Of PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    /// The value of a column.
    ///
    /// # Errors
    /// Where there is no such column or it holds another type.
    pub fn get<T: Field>(&self, column: &str) -> Result<T, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// A time, stored as microseconds since 1970.
    ///
    /// # Errors
    /// As [`get`](Self::get), and where the number is out of range.
    pub fn time(&self, column: &'static str) -> Result<DateTime<Utc>, StoreError> {
        from_micros(self.get(column)?, column)
    }

    /// A time, stored as milliseconds since 1970.
    ///
    /// # Errors
    /// As [`time`](Self::time).
    pub fn time_ms(&self, column: &'static str) -> Result<DateTime<Utc>, StoreError> {
        let millis = self.get(column)?;
        DateTime::from_timestamp_millis(millis)
            .ok_or_else(|| StoreError::corrupt(column, format!("{millis} is not a time")))
    }

    /// A time that may be absent.
    ///
    /// # Errors
    /// As [`time`](Self::time).
    pub fn time_optional(&self, column: &'static str) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.get::<Option<i64>>(column)?.map(|micros| from_micros(micros, column)).transpose()
    }

    /// A value stored as JSON text.
    ///
    /// # Errors
    /// As [`get`](Self::get), and where the text does not fit the type.
    pub fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        serde_json::from_str(&self.get::<String>(column)?)
            .map_err(|error| StoreError::corrupt(column, error))
    }

    /// A value stored as JSON text that may be absent.
    ///
    /// # Errors
    /// As [`json`](Self::json).
    pub fn json_optional<T: DeserializeOwned>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        self.get::<Option<String>>(column)?
            .map(|text| {
                serde_json::from_str(&text).map_err(|error| StoreError::corrupt(column, error))
            })
            .transpose()
    }

    /// A word stored for an enum.
    ///
    /// # Errors
    /// As [`get`](Self::get), and where the word is not one of the enum's.
    pub fn word<T>(
        &self,
        column: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        let word: String = self.get(column)?;
        parse(&word).ok_or_else(|| StoreError::corrupt(column, format!("unknown word {word:?}")))
    }

    /// A word stored for an enum that may be absent.
    ///
    /// # Errors
    /// As [`word`](Self::word).
    pub fn word_optional<T>(
        &self,
        column: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        self.get::<Option<String>>(column)?
            .map(|word| {
                parse(&word)
                    .ok_or_else(|| StoreError::corrupt(column, format!("unknown word {word:?}")))
            })
            .transpose()
    }
}

fn from_micros(micros: i64, column: &'static str) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_micros(micros)
        .ok_or_else(|| StoreError::corrupt(column, format!("{micros} is not a time")))
}
