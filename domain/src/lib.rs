//! The rules of Daytwo: pure, without a clock, a network or a database.

pub mod acts;
pub mod audit;
pub mod baseline;
pub mod check;
pub mod due;
pub mod duty;
pub mod gate;
pub mod heartbeat;
pub mod ids;
pub mod indicator;
pub mod item;
pub mod journey;
pub mod machine;
pub mod measurement;
pub mod permissions;
pub mod query;
pub mod rehearsal;
pub mod reports;
pub mod roles;
pub mod runbook;
pub mod sign_off;
pub mod validate;
pub mod verdict;
pub mod watch;
pub mod who;
pub mod words;
