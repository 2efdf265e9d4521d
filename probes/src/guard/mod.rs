//! What this installation lets Daytwo connect to, decided per address and port.

mod class;
mod parse;
mod policy;
mod refusal;
mod resolver;

pub use class::{AddressClass, classify};
pub use parse::GuardConfigError;
pub use policy::{GuardPolicy, Mode};
pub use refusal::Refusal;
pub use resolver::{LookupError, NameResolver, SystemResolver};
