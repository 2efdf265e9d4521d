//! What Daytwo keeps: SQLite and PostgreSQL behind one set of queries.
//!
//! Reading takes a [`Connection`] from [`Store::read`]. Writing takes a [`Tx`], which only the writer
//! hands out ([`Store::write`]), one act at a time, so that acts never race; acts that arrive
//! together share a commit, and each is answered after it.

pub mod answering_versions;
pub mod attested;
pub mod audit;
pub mod backup;
pub mod baselines;
mod bulk;
pub mod checks;
mod commits;
pub mod counts;
pub mod db;
pub mod deliveries;
pub mod deployments;
pub mod disk_usage;
pub mod duties;
pub mod error;
pub mod heartbeats;
pub mod idempotency;
pub mod indicators;
pub mod leaks;
pub mod lessons;
pub mod measurements;
mod notify;
pub mod origin;
pub mod people;
pub mod rehearsals;
pub mod releases;
pub mod rollbacks;
pub mod runbooks;
pub mod runs;
pub mod schedule_leases;
pub mod series;
pub mod services;
pub mod sessions;
pub mod settings;
pub mod tokens;
mod tx;
mod writer;
pub mod writer_stats;

pub use db::{Backend, Connection, Kind, OpenError, Pool, location, micros};
pub use error::StoreError;
pub use sqlx::AssertSqlSafe;
pub use tx::Tx;
pub use writer::{ActFuture, Store};
pub use writer_stats::WriterStats;
