//! How Daytwo looks at a running service: guarded connections and the probes built on them.
//!
//! - [`guard`] decides which addresses may be connected to;
//! - [`client`] sends requests to those and to no others;
//! - [`conditions`] decide what was seen, each result kept with the value;
//! - [`Prober`] runs a check's probe and makes a measurement of it;
//! - [`prometheus`] asks metric servers;
//! - [`validate`] refuses a check that could not be run, before it is stored.
//!
//! ```no_run
//! # async fn example(clock: &(dyn Fn() -> chrono::DateTime<chrono::Utc> + Sync))
//! # -> Result<(), Box<dyn std::error::Error>> {
//! use domain::check::ProbeSpec;
//! use probes::{GuardPolicy, GuardedClient, Mode, Prober, validate};
//!
//! let policy = GuardPolicy::new(Mode::PrivateOk)
//!     .allowing("127.0.0.0/8")?                 // DAYTWO_PROBE_ALLOW
//!     .forbidding("127.0.0.1:3000".parse()?);   // our own listener
//! let prober = Prober::new(GuardedClient::builder().policy(policy).build()?);
//!
//! let spec = ProbeSpec::HttpsRedirect { url: "https://example.org/".to_owned() };
//! let conditions = validate(&spec, &["status == 301"])?;
//! let seen = prober.run(&spec, &conditions, std::time::Duration::from_secs(10), clock).await;
//! println!("{}", seen.sentence);
//! # Ok(())
//! # }
//! ```

mod answering_version;
mod browser;
pub mod client;
pub mod conditions;
mod context;
mod evidence;
pub mod guard;
mod kinds;
mod known_secrets;
mod numbers;
mod outcome;
mod page_likeness;
mod pattern;
mod prober;
pub mod prometheus;
mod redact;
mod validate;

pub use client::{Blame, GuardedClient, Request, Response, SendError};
pub use conditions::{Condition, ConditionCache, ConditionError, Facts, took_too_long};
pub use context::NoData;
pub use guard::{GuardConfigError, GuardPolicy, Mode};
pub use prober::{Prober, Terms};
pub use redact::{address as redacted_address, is_secret_name};
pub use validate::{CheckError, validate};
