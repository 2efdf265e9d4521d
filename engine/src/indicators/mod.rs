//! Indicators: what is watched after a deployment, the points that arrive, and how they look.

mod asked;
mod chart;
mod points;
mod probed;
mod put;
mod request;

pub(crate) use chart::load as charts;
pub use chart::{Chart, ChartLimit, ChartPoint};
pub use points::{PointsAnswer, PointsRequest};
pub use put::IndicatorView;
pub use request::{IndicatorRequest, ThresholdsRequest};
