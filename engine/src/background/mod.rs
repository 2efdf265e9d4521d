//! What the portal does by itself. A background task is one file in `tasks/`: it is idempotent,
//! takes nothing, has a period and a signal, and no hidden limit; it tries nothing again by itself,
//! since the next run does. Settings and `/metrics` show how each stands ([`TaskStatus`]).
//!
//! Checks and questions to metric servers have a timetable of their own, in `scheduler`.

mod driver;
pub(crate) mod names;
pub(crate) mod open_watches;
pub(crate) mod status;
mod tasks;

use crate::handle::handle;
use chrono::{DateTime, Utc};
use domain::{
    actor::{Actor, Person},
    permissions::{Permission, authorize},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Error, scheduler};

pub use status::{About, Failure, Report, TaskStatus};

handle! {
    /// The background work of this portal.
    background: Background
}

/// What the page about background work shows.
#[derive(Debug, Clone)]
pub struct BackgroundPage {
    /// The tasks of this portal; none before they are started.
    pub tasks: Vec<TaskStatus>,
    /// When the page was read.
    pub now: DateTime<Utc>,
}

impl Background<'_> {
    /// Starts what runs by itself; it ends when `stop` is cancelled.
    pub fn start(self, tracker: &TaskTracker, stop: &CancellationToken) {
        self.0.deliveries().start(tracker, stop);
        scheduler::start(self.0, tracker, stop);
        let driver = driver::Driver::new(self.0.clock(), stop.clone());
        for task in tasks::ALL {
            driver.start(tracker, self.0.task_statuses(), task, self.0.clone());
        }
    }

    /// How the background tasks of this portal stand.
    ///
    /// # Errors
    /// Where the reader may not see it.
    pub fn page(self, person: &Person) -> Result<BackgroundPage, Error> {
        authorize(&Actor::Person(person.clone()), Permission::ManagePeople, None)?;
        Ok(BackgroundPage { tasks: self.0.background_tasks(), now: self.0.now() })
    }
}
