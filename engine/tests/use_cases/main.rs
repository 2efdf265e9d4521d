//! The use cases, each on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

#[expect(dead_code, reason = "some of it is for the probes' own tests")]
#[path = "../../../probes/tests/support/servers.rs"]
mod servers;

#[path = "../common/mod.rs"]
mod common;
#[expect(dead_code, reason = "some of it is for the store's own tests")]
#[path = "../../../store/tests/harness/mod.rs"]
mod harness;

mod actors;
mod announcing;
mod answering_versions;
mod attested;
mod background;
mod baselines;
mod composing;
mod deliveries;
mod duties;
mod gate;
mod gate_integrity;
mod heartbeats;
mod idempotency;
mod indicators;
mod leaks;
mod lessons;
mod people;
mod plain_http;
mod portals;
mod probing;
mod property;
mod reading;
mod red_beside;
mod rehearsal;
mod reports;
mod revocation;
mod rollback;
mod runbooks;
mod scheduling;
mod service_rooms;
mod sign_off;
mod signing_rules;
mod tokens;
mod unmeasured;
mod waivers;
