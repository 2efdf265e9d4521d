//! Closes runs nobody has to sign, when their watch has run its time.

use std::time::Duration;

use futures::FutureExt as _;

use super::super::{
    driver::Task,
    status::{About, Report},
};
use crate::Engine;

pub(super) const TASK: Task<Engine> = Task {
    about: About {
        name: "close_unsigned_runs",
        title: "Close unsigned runs",
        does: "Closes the runs whose runbook asks for no sign-off, once their watch is over.",
        period: Duration::from_secs(30),
    },
    run: |engine| {
        async move {
            let runs = engine.runs().close_unsigned().await?;
            Ok(Report::counted(runs, "run closed", "runs closed"))
        }
        .boxed()
    },
};
