//! Removes the leases of slots that nobody takes over any more.

use std::time::Duration;

use chrono::TimeDelta;
use futures::FutureExt as _;
use store::schedule_leases;

use super::super::{
    driver::Task,
    status::{About, Report},
};
use crate::Engine;

/// For how many hours a lease is kept: longer than anyone takes a slot over.
const KEPT_H: i64 = 1;

pub(super) const TASK: Task<Engine> = Task {
    about: About {
        name: "expire_schedule_leases",
        title: "Expire schedule leases",
        does: "Removes which portal ran which slot after 1 h, and portals silent for a day.",
        period: Duration::from_secs(3600),
    },
    run: |engine| {
        async move {
            let before = engine.now() - TimeDelta::hours(KEPT_H);
            let removed = engine
                .write(move |tx| {
                    Box::pin(async move { Ok(schedule_leases::prune(tx, before).await?) })
                })
                .await?;
            Ok(Report::counted(removed, "lease removed", "leases removed"))
        }
        .boxed()
    },
};
