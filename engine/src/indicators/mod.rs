//! Indicators: what is watched after a deployment, the points that arrive, and how they look.

mod chart;
mod ingest;
mod prometheus;
mod put;
mod request;
mod roll_up;

use crate::handle::handle;

pub(crate) use chart::load as charts;
pub use chart::{Chart, ChartLimit, ChartPoint};
pub use ingest::{PointsAnswer, PointsRequest};
pub use put::{IndicatorView, put, retire};
pub use request::{IndicatorRequest, ThresholdsRequest};

handle! {
    /// The use cases of indicators.
    indicators: Indicators
}
