//! Readiness: whether the portal can do its work, and what its metrics count.

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
