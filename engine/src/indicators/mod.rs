//! Indicators: what is watched after a deployment, the points that arrive, and how they look.

mod asked;
mod chart;
mod points;
mod probed;
mod put;
mod request;
mod retention;

pub(crate) use chart::load as charts;
pub use chart::{Chart, ChartLimit, ChartPoint};
pub use points::{PointsAnswer, PointsRequest};
pub use put::IndicatorView;
pub use request::{IndicatorRequest, ThresholdsRequest};

/// How long minutes are kept before they become hours, in days. Points older than that come too
/// late.
pub const MINUTES_KEPT_D: i64 = 14;
/// How long hours are kept, in days.
pub const HOURS_KEPT_D: i64 = 400;
