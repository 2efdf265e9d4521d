//! Backups and restoring, on real databases of both kinds.

#![expect(clippy::unwrap_used, reason = "a helper that fails should fail its test")]

mod files;
mod moves;
mod place;
mod seed;
