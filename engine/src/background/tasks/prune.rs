//! Removes what was measured too long ago. A few at a time, so that nobody waits long.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt as _;
use store::{
    answering_versions,
    measurements::{self, Pruning},
    series::{self, minute_of},
};

use super::super::{
    driver::Task,
    status::{About, Report},
};
use crate::{Engine, Error, background::names::PRUNE, measurements::Measurements, retention};

pub(super) const TASK: Task<Engine> = Task {
    about: About {
        name: PRUNE,
        title: "Prune measurements",
        does: "Removes measurements, evidence and hours that are older than Settings, Storage says.",
        period: Duration::from_secs(3600),
    },
    run: |engine| async move { engine.measurements().prune().await }.boxed(),
};

/// How many counts of answers are removed in one go.
const ANSWERS: i64 = 2_000;

impl Measurements<'_> {
    /// Removes measurements, what they said, their evidence, the hours of indicators and the counts
    /// of answers that are too old.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn prune(self) -> Result<Report, Error> {
        let now = self.0.now();
        let kept = retention::read(&mut self.0.read().await?).await?;
        let before = move |days| now - TimeDelta::days(days);
        let old = before(kept.measurements_d);
        let mut measurements = 0;
        for check in measurements::prunable(&mut self.0.read().await?, old).await? {
            measurements += self.prune_check(check).await?;
        }
        // A day more: what is said today is noted by the day.
        let outcomes = self.prune_outcomes(old - TimeDelta::days(1)).await?;
        let evidence = self.prune_evidence(before(kept.hours_d)).await?;
        let hour = minute_of(before(kept.hours_d)).div_euclid(60);
        let hours = self
            .0
            .write(move |tx| Box::pin(async move { Ok(series::prune_hours(tx, hour).await?) }))
            .await?;
        let answers = self.prune_answers(old).await?;
        Ok(Report::listed(&[
            (measurements, "measurement removed", "measurements removed"),
            (outcomes, "sentence removed", "sentences removed"),
            (evidence, "piece of evidence removed", "pieces of evidence removed"),
            (hours, "hour removed", "hours removed"),
            (answers, "count of answers removed", "counts of answers removed"),
        ]))
    }

    async fn prune_answers(self, old: DateTime<Utc>) -> Result<u64, Error> {
        let mut removed = 0;
        while !self.0.stopping().is_cancelled() {
            let act = self.0.write(move |tx| {
                Box::pin(async move { Ok(answering_versions::prune(tx, old, ANSWERS).await?) })
            });
            let more = act.await?;
            removed += more;
            if more < ANSWERS.unsigned_abs() {
                break;
            }
        }
        Ok(removed)
    }

    async fn prune_check(self, check: Pruning) -> Result<u64, Error> {
        let (mut removed, mut next) = (0, Some(check));
        while let Some(one) = next.filter(|_| !self.0.stopping().is_cancelled()) {
            let act = self
                .0
                .write(move |tx| Box::pin(async move { Ok(measurements::prune(tx, one).await?) }));
            let (more, further) = act.await?;
            removed += more;
            next = further;
        }
        Ok(removed)
    }

    async fn prune_outcomes(self, old: DateTime<Utc>) -> Result<u64, Error> {
        let (mut removed, mut after) = (0, i64::MIN);
        while !self.0.stopping().is_cancelled() {
            let unsaid =
                measurements::unsaid_outcomes(&mut self.0.read().await?, old, after).await?;
            let Some(last) = unsaid.last() else { break };
            after = *last;
            removed += self
                .0
                .write(move |tx| {
                    Box::pin(
                        async move { Ok(measurements::prune_outcomes(tx, unsaid, old).await?) },
                    )
                })
                .await?;
        }
        Ok(removed)
    }

    async fn prune_evidence(self, old: DateTime<Utc>) -> Result<u64, Error> {
        let mut removed = 0;
        while !self.0.stopping().is_cancelled() {
            let act = self.0.write(move |tx| {
                Box::pin(async move { Ok(measurements::prune_evidence(tx, old).await?) })
            });
            let (more, left) = act.await?;
            removed += more;
            if !left {
                break;
            }
        }
        Ok(removed)
    }
}
