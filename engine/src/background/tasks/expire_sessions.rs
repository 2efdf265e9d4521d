//! Removes the sessions of browsers that have expired.

use std::time::Duration;

use futures::FutureExt as _;
use store::sessions;

use super::super::{
    driver::Task,
    status::{About, Report},
};
use crate::Engine;

pub(super) const TASK: Task<Engine> = Task {
    about: About {
        name: "expire_sessions",
        title: "Expire sessions",
        does: "Removes the sessions of browsers that have expired.",
        period: Duration::from_secs(60),
    },
    run: |engine| {
        async move {
            let now = engine.now();
            let removed = engine
                .write(move |tx| {
                    Box::pin(async move { Ok(sessions::delete_expired(tx, now).await?) })
                })
                .await?;
            Ok(Report::counted(removed, "session removed", "sessions removed"))
        }
        .boxed()
    },
};
