//! What was being sent when its portal died.

use domain::delivery::{Attempt, AttemptOutcome, Delivery};
use store::deliveries;

use super::{Deliveries, sentence, settle};
use crate::Error;

impl Deliveries<'_> {
    /// Settles what nobody is sending any more: what may be repeated is sent again, of the rest
    /// nobody knows. What this portal has written down as being sent and is not sending was never
    /// sent: the answer to its claim was lost.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn recover(self) -> Result<(), Error> {
        let sending = self.0.sending().clone();
        let _leasing = sending.leasing.lock().await;
        let portal = self.0.portal();
        let mut link = self.0.read().await?;
        let abandoned = deliveries::abandoned(&mut link, portal).await?;
        let held = deliveries::held_by(&mut link, portal).await?;
        drop(link);
        let holds = sending.clone();
        if abandoned.is_empty() && held.iter().all(|one| holds.holds(one.id)) {
            return Ok(());
        }
        let now = self.0.now();
        self.0.write(move |tx| {
            Box::pin(async move {
                for one in deliveries::abandoned(tx, portal).await? {
                    tracing::warn!(delivery = %one.id, "the portal that was sending this is gone");
                    let ended = ended(&one, AttemptOutcome::Lost, sentence::STOPPED);
                    deliveries::note_attempt(tx, one.id, ended).await?;
                    if one.repeatable && now <= one.repeat_until {
                        // Its pause was the time it took to find out.
                        let again = Delivery { lost: true, next_at: Some(now), ..one };
                        settle::wait(tx, again, sentence::STOPPED).await?;
                    } else {
                        let outcome = AttemptOutcome::Lost;
                        let over = Delivery { repeatable: false, ..one };
                        settle::follow(tx, over, outcome, sentence::STOPPED, now).await?;
                    }
                }
                for one in deliveries::held_by(tx, portal).await? {
                    if holds.holds(one.id) {
                        continue;
                    }
                    let ended = ended(&one, AttemptOutcome::NotSent, sentence::NEVER_SENT);
                    deliveries::note_attempt(tx, one.id, ended).await?;
                    let again = Delivery { next_at: Some(now), ..one };
                    settle::wait(tx, again, sentence::NEVER_SENT).await?;
                }
                Ok(())
            })
        })
        .await
    }
}

fn ended(one: &Delivery, outcome: AttemptOutcome, answer: &str) -> Attempt {
    Attempt {
        n: one.attempts,
        at: one.created_at,
        duration_ms: None,
        outcome,
        answer: answer.to_owned(),
    }
}
