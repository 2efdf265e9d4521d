//! Backups and restoring, on real databases of both kinds.

mod files;
mod moves;
mod place;
mod seed;
