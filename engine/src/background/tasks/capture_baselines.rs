//! Captures the baselines that are due.

use std::time::Duration;

use futures::FutureExt as _;

use super::super::{
    driver::Task,
    status::{About, Report},
};
use crate::Engine;

pub(super) const TASK: Task<Engine> = Task {
    about: About {
        name: "capture_baselines",
        title: "Capture baselines",
        does: "Captures each open watch's baselines 15 min, 1 h, 24 h and 48 h after its deployment.",
        period: Duration::from_secs(30),
    },
    run: |engine| {
        async move {
            let captured = engine.baselines().capture().await?;
            Ok(Report::counted(captured, "moment captured", "moments captured"))
        }
        .boxed()
    },
};
