//! Rolls the minutes of indicators up into hours.

use std::time::Duration;

use chrono::TimeDelta;
use futures::FutureExt as _;
use store::series::{self, minute_of};

use super::super::{
    driver::Task,
    status::{About, Report},
};
use crate::{
    Engine, Error, background::names::ROLL_UP_MINUTES, measurements::Measurements, retention,
};

pub(super) const TASK: Task<Engine> = Task {
    about: About {
        name: ROLL_UP_MINUTES,
        title: "Roll up minutes",
        does: "Rolls the minutes of indicators that are older than Settings, Storage says up into hours.",
        period: Duration::from_secs(3600),
    },
    run: |engine| {
        async move {
            let series = engine.measurements().roll_up_minutes().await?;
            Ok(Report::counted(series, "series rolled up", "series rolled up"))
        }
        .boxed()
    },
};

impl Measurements<'_> {
    /// Rolls minutes that are too old up into hours, a series at a time; answers how many series had
    /// any.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn roll_up_minutes(self) -> Result<usize, Error> {
        let kept = retention::read(&mut self.0.read().await?).await?;
        let before = minute_of(self.0.now() - TimeDelta::days(kept.minutes_d));
        let mut rolled = 0;
        while !self.0.stopping().is_cancelled() {
            let act = self
                .0
                .write(move |tx| Box::pin(async move { Ok(series::roll_up(tx, before).await?) }));
            if !act.await? {
                break;
            }
            rolled += 1;
        }
        Ok(rolled)
    }
}
