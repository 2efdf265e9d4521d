//! Looks at rehearsals again as they grow old.

use std::time::Duration;

use futures::FutureExt as _;

use super::super::{
    driver::Task,
    status::{About, Report},
};
use crate::Engine;

pub(super) const TASK: Task<Engine> = Task {
    about: About {
        name: "review_rehearsals",
        title: "Review rehearsals",
        does: "Judges the boxes again that rest on a rehearsal: it proves something for a while only.",
        period: Duration::from_secs(300),
    },
    run: |engine| {
        async move {
            let runs = engine.runs().review_rehearsals().await?;
            Ok(Report::counted(runs, "run changed", "runs changed"))
        }
        .boxed()
    },
};
