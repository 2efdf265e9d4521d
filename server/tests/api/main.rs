//! The program as scripts meet it: the HTTP API over a real socket.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may panic")]

mod alone;
mod anonymous;
mod bad_input;
mod common;
mod connections;
mod deliveries;
mod kill;
mod metrics;
mod scopes;
mod stopping;
mod strangers;
mod two_portals;
mod v1;
mod watching;
