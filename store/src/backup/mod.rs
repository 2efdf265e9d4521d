//! Backups: one SQLite file with the whole database in it, whichever database it came from, so
//! that a backup also moves an installation from one to the other.

mod catalog;
mod cell;
mod contents;
mod copy;
mod error;
mod existing;
mod schema;
mod write;

pub use contents::{Contents, inspect};
pub use error::BackupError;
pub use existing::existing;
pub use schema::{Schema, schema};
pub use write::back_up;
