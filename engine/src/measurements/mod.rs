//! Measurements: recording what checks saw, and forgetting it when it is old.

mod observation;
mod record;
mod recorder;

use crate::handle::handle;

pub use observation::Observation;
pub use record::record;
pub(crate) use recorder::{Recorder, channel as recorder, record as record_queue};

handle! {
    /// The use cases of measurements.
    measurements: Measurements
}
