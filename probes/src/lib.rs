//! How Daytwo looks at a running service: guarded connections and the probes built on them.

pub mod client;
pub mod conditions;
mod evidence;
pub mod guard;
mod kinds;
mod outcome;
mod pattern;
mod prober;
mod redact;

pub use client::{Answer, Blame, GuardedClient, Request, SendError};
pub use conditions::{Condition, ConditionError, Facts};
pub use guard::{GuardConfigError, GuardPolicy, Mode};
pub use prober::Prober;
