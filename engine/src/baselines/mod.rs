//! Baselines: captured at their moments, and when somebody asks for them.

mod capture;
mod measure;
mod record_now;

use crate::handle::handle;

pub use record_now::{Recorded, record};

handle! {
    /// The use cases of baselines.
    baselines: Baselines
}
