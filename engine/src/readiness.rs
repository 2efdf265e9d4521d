//! Readiness: whether the portal can do its work, and what its metrics count.

use domain::delivery::DeliveryState;
use store::counts;

use crate::{Error, handle::handle};

handle! {
    /// Whether the portal can do its work.
    readiness: Readiness
}

impl Readiness<'_> {
    /// How many deployments there are by state and verdict.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn deployments_by_state(self) -> Result<Vec<(String, String, i64)>, Error> {
        Ok(counts::deployments_by_state(&mut self.0.read().await?).await?)
    }

    /// How many deliveries there are by state; each state is named.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn deliveries_by_state(self) -> Result<Vec<(&'static str, i64)>, Error> {
        let found = counts::deliveries_by_state(&mut self.0.read().await?).await?;
        let of = |state: DeliveryState| {
            let known = found.iter().find(|(word, _)| word == state.as_str());
            (state.as_str(), known.map_or(0, |(_, count)| *count))
        };
        Ok(DeliveryState::ALL.iter().copied().map(of).collect())
    }

    /// Whether the database answers and the scheduler runs.
    ///
    /// # Errors
    /// Where one does not.
    pub async fn check(self) -> Result<(), Error> {
        counts::ping(&mut self.0.read().await?).await?;
        if self.0.scheduler_runs() {
            return Ok(());
        }
        Err(Error::Internal("the scheduler does not run".into()))
    }
}
