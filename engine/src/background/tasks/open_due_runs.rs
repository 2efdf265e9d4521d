//! Opens the runs of duties that are due.

use std::time::Duration;

use futures::FutureExt as _;

use super::super::{
    driver::Task,
    status::{About, Report},
};
use crate::Engine;

pub(super) const TASK: Task<Engine> = Task {
    about: About {
        name: "open_due_runs",
        title: "Open due runs",
        does: "Opens the runs of duties that are due, judges the open ones, and tells of those that are late.",
        period: Duration::from_secs(30),
    },
    run: |engine| {
        async move {
            let changed = engine.duties().open_due_runs().await?;
            let sentence = if changed { "runs of duties changed" } else { "nothing to do" };
            Ok(Report { done: u64::from(changed), sentence: sentence.to_owned() })
        }
        .boxed()
    },
};
