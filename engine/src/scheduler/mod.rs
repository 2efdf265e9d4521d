//! The timetable of the probes: checks and questions to metric servers at their times while a watch
//! is open. What else runs by itself is in `background`.
//!
//! A task runs at a fixed rate; its phase within the interval comes from its id, so that tasks
//! spread and a restart keeps it. What is new runs at once: a check, a change to one, a deployment
//! it has not looked at. A slot that was missed is skipped, never made up for in a burst, and no
//! task overlaps itself. Where several portals share a database, each slot is claimed by one.

mod driver;
mod limits;
pub(crate) mod stats;
mod task;
mod timetable;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::Engine;

pub use stats::{LATENESS_BOUNDS_S, SchedulerStats};

/// Starts the scheduler; it ends when `stop` is cancelled.
pub(crate) fn start(engine: &Engine, tasks: &TaskTracker, stop: &CancellationToken) {
    tasks.spawn(driver::run(engine.clone(), tasks.clone(), stop.clone()));
}
