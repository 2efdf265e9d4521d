//! The rules of Daytwo: pure, without a clock, a network or a database.

pub mod check;
pub mod measurement;
pub mod reports;
pub mod runbook;
pub mod words;
