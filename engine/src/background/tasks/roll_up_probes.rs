//! Makes indicators of what the probes measured.

use std::time::Duration;

use futures::FutureExt as _;

use super::super::{
    driver::Task,
    status::{About, Report},
};
use crate::Engine;

pub(super) const TASK: Task<Engine> = Task {
    about: About {
        name: "roll_up_probes",
        title: "Roll up probes",
        does: "Sums up what the probes measured into response time and uptime, minute by minute.",
        period: Duration::from_secs(30),
    },
    run: |engine| {
        async move {
            let watches = engine.indicators().roll_up_probes().await?;
            Ok(Report::counted(watches, "watch brought up to now", "watches brought up to now"))
        }
        .boxed()
    },
};
