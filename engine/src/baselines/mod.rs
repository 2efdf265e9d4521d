//! Baselines: captured at their moments, and when somebody asks for them.

mod capture;
mod record_now;

use crate::handle::handle;

pub(crate) use capture::{source, stretches};
pub use record_now::Recorded;

handle! {
    /// The use cases of baselines.
    baselines: Baselines
}
