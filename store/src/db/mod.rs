//! Connections, queries and rows that are the same for SQLite and PostgreSQL, so that each query
//! is written once. Both understand `$1`, `ON CONFLICT` and `RETURNING`; where their dialects
//! part, the statement that needs it asks [`Connection::kind`].

mod connection;
mod open;
mod query;
mod row;
mod time;

pub use connection::{Connection, Kind, statements};
pub use open::{Backend, OpenError, Pool, location};
pub(crate) use open::{POSTGRES, SQLITE};
pub use query::{Query, Value};
pub use row::{Field, Row};
pub use time::micros;
