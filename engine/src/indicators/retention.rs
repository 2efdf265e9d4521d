//! How long points are kept: minutes become hours, hours are forgotten. It takes nothing and may
//! run at any time, at any number of portals.

use chrono::Duration;
use store::series::{self, minute_of};

use super::{HOURS_KEPT_D, MINUTES_KEPT_D};
use crate::{Engine, Refusal};

impl Engine {
    /// Rolls minutes that are too old up into hours, and forgets hours that are; answers how many
    /// series had any. A series at a time, so that nobody waits long.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn keep_points_short(&self) -> Result<usize, Refusal> {
        let now = self.now();
        let minutes = minute_of(now - Duration::days(MINUTES_KEPT_D));
        let hours = minute_of(now - Duration::days(HOURS_KEPT_D)).div_euclid(60);
        let mut rolled = 0;
        while self
            .write(move |tx| {
                Box::pin(async move { Ok::<_, Refusal>(series::roll_up(tx, minutes).await?) })
            })
            .await?
        {
            rolled += 1;
        }
        self.write(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(series::forget_hours(tx, hours).await?) })
        })
        .await?;
        Ok(rolled)
    }
}
