//! What runs by itself: checks and questions to metric servers at their times while a watch is
//! open, the silence of heartbeats, waivers that expire, baselines that are due.
//!
//! A task runs at a fixed rate; its phase within the interval comes from its id, so that tasks
//! spread and a restart keeps it. What is new runs at once: a check, a change to one, a deployment
//! it has not looked at. A slot that was missed is skipped, never made up for in a burst, and no
//! task overlaps itself. Where several portals share a database, each slot is claimed by one.

mod limits;
mod run;
mod stats;
mod task;
mod tidy;
mod timetable;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::Engine;

pub(crate) use stats::Counts;
pub use stats::{LATENESS_BOUNDS_S, SchedulerStats};

impl Engine {
    /// Starts the background tasks; they end when `stop` is cancelled.
    pub fn start_background(&self, tasks: &TaskTracker, stop: &CancellationToken) {
        self.start_deliveries(tasks, stop);
        tasks.spawn(run::run(self.clone(), tasks.clone(), stop.clone()));
        tasks.spawn(tidy::listen_for_silence(self.clone(), stop.clone()));
        tasks.spawn(tidy::tidy(self.clone(), stop.clone()));
    }
}
