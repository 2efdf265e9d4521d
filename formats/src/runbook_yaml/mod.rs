//! Runbooks in the YAML form that people write: files in a repository, drafts in the browser.
//!
//! [`read`] reports everything that is wrong with a text at once. The JSON form of
//! [`Runbook`](domain::runbook::Runbook), by serde, is the snapshot a run keeps and no matter of
//! this module.

mod error;
mod fields;
mod node;
mod offset;
mod read;
mod read_item;
mod scalars;
mod write;

pub use error::RunbookError;
pub use read::read;
pub use write::{RunbookWriteError, write};
