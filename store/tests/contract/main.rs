//! The contract of the store: one suite, kept by SQLite and by PostgreSQL.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

/// Runs an act and answers what came of it.
macro_rules! act {
    ($store:expr, |$tx:ident| $body:expr) => {
        $store.write::<_, store::StoreError, _>(move |$tx| Box::pin(async move { $body })).await
    };
}

#[path = "../harness/mod.rs"]
mod harness;
mod seed;

mod append_only;
mod deliveries;
mod history;
mod landed;
mod lessons;
mod lists;
mod lost;
mod lost_commit;
mod measured;
mod migrated;
mod people;
mod places;
mod runbooks;
mod runs;
mod statements;
mod told;
mod two_processes;
mod writer;
