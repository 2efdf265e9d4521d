//! Looks again at what checks said that do not measure any more.

use std::time::Duration;

use futures::FutureExt as _;

use super::super::{
    driver::Task,
    status::{About, Report},
};
use crate::Engine;

pub(super) const TASK: Task<Engine> = Task {
    about: About {
        name: "review_unmeasured",
        title: "Review what is not measured",
        does: "Judges the boxes again whose checks have not measured for too long: what they saw then says nothing of now.",
        period: Duration::from_secs(120),
    },
    run: |engine| {
        async move {
            let runs = engine.runs().review_unmeasured().await?;
            Ok(Report::counted(runs, "run looked at", "runs looked at"))
        }
        .boxed()
    },
};
