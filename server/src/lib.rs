//! Daytwo: server.
