//! Removes the answers that are kept for idempotency keys.

use std::time::Duration;

use chrono::TimeDelta;
use futures::FutureExt as _;
use store::idempotency;

use super::super::{
    driver::Task,
    status::{About, Report},
};
use crate::Engine;

/// For how many hours an answer is kept: longer than anyone tries a request again.
const KEPT_H: i64 = 72;

pub(super) const TASK: Task<Engine> = Task {
    about: About {
        name: "expire_idempotency_keys",
        title: "Expire idempotency keys",
        does: "Removes the answers kept for idempotency keys after 72 h.",
        period: Duration::from_secs(3600),
    },
    run: |engine| {
        async move {
            let before = engine.now() - TimeDelta::hours(KEPT_H);
            let removed = engine
                .write(move |tx| Box::pin(async move { Ok(idempotency::prune(tx, before).await?) }))
                .await?;
            Ok(Report::counted(removed, "key removed", "keys removed"))
        }
        .boxed()
    },
};
