//! Backups: one SQLite file with the whole database in it, whichever database it came from, so
//! that a backup also moves an installation from one to the other.

mod catalog;
mod cell;
mod contents;
mod copy;
mod empty;
mod error;
mod existing;
mod guards;
mod health;
mod restore;
mod schema;
mod write;

pub use contents::{Contents, inspect};
pub use error::BackupError;
pub use existing::existing;
pub use health::{Health, health};
pub use restore::{Restored, restore};
pub use schema::{Schema, schema};
pub use write::back_up;
