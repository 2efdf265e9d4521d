//! Detects heartbeats that were missed.

use std::time::Duration;

use futures::FutureExt as _;

use super::super::{
    driver::Task,
    status::{About, Report},
};
use crate::Engine;

pub(super) const TASK: Task<Engine> = Task {
    about: About {
        name: "detect_missed",
        title: "Detect missed heartbeats",
        does: "Writes down which heartbeats have become silent.",
        period: Duration::from_secs(2),
    },
    run: |engine| {
        async move {
            let missed = engine.heartbeats().detect_missed().await?;
            Ok(Report::counted(missed, "heartbeat missed", "heartbeats missed"))
        }
        .boxed()
    },
};
