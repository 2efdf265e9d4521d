//! Reopens what a waiver had closed until now.

use std::time::Duration;

use chrono::DateTime;
use futures::FutureExt as _;

use super::super::{
    driver::Task,
    status::{About, Report},
};
use crate::Engine;

pub(super) const TASK: Task<Engine> = Task {
    about: About {
        name: "expire_waivers",
        title: "Expire waivers",
        does: "Reopens the boxes whose waiver has run out.",
        period: Duration::from_secs(30),
    },
    run: |engine| {
        async move {
            let runs = engine.runs().expire_waivers(DateTime::UNIX_EPOCH).await?;
            Ok(Report::counted(runs, "run had a waiver expire", "runs had a waiver expire"))
        }
        .boxed()
    },
};
