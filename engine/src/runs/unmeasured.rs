//! What was measured proves something for a while only: where nothing measures any more, what rests on
//! it is judged again, also where nobody acts.

use chrono::{DateTime, Utc};
use domain::{ids::RunId, watch::WatchState};
use store::{
    Tx,
    runs::{self, items},
};

use super::{Runs, evaluate::evaluate_item, find::WATCH, update_beside};
use crate::{Error, audit::entry};

impl Runs<'_> {
    /// Judges the open runs again that a check speaks for which has not measured for too long; answers
    /// how many there are.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn review_unmeasured(self) -> Result<usize, Error> {
        let now = self.0.now();
        let silent = runs::with_silent_checks(&mut self.0.read().await?, now).await?;
        for id in &silent {
            let id = *id;
            self.0.write(move |tx| Box::pin(async move { review(tx, id, now).await })).await?;
        }
        Ok(silent.len())
    }
}

async fn review(tx: &mut Tx, id: RunId, now: DateTime<Utc>) -> Result<(), Error> {
    let found = tx.run(id).await?;
    let Some(run) = found.filter(|run| run.state == WatchState::Watching) else { return Ok(()) };
    for mut item in items::of_run(tx, id).await? {
        let before = item.state;
        evaluate_item(tx, &run, &mut item, now).await?;
        if item.state != before {
            entry(&WATCH, now, "item.machine", "item", &item.key)
                .run(id)
                .says(format!("{}: {}", item.title, item.reason))
                .with("state", item.state.as_str())
                .record(tx);
        }
    }
    Ok(update_beside(tx, &run, now).await?)
}
