//! What becomes of one thing sent out: a hook, a message. A delivery is written down before it is
//! sent and after, so that a portal that dies in between leaves a row that says how far it came.
//!
//! `pending → sending → delivered | failed | unknown`; back to `pending` where it is sent again.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    ids::{DeliveryId, DeploymentId},
    string_enum::string_enum,
};

/// For how long a delivery that may be repeated is sent again, from the act that caused it.
pub const REPEATED_FOR: Duration = Duration::from_secs(15 * 60);
/// The first pause; each further one is twice as long.
const FIRST_PAUSE_S: f64 = 1.0;
/// The longest pause.
const LONGEST_PAUSE_S: f64 = 300.0;
/// By how much a pause may be shorter or longer, so that what failed together is not repeated
/// together.
const JITTER: f64 = 0.2;

string_enum! {
    /// How a delivery stands.
    DeliveryState {
        /// It is to be sent, for the first time or again.
        Pending = "pending",
        /// A portal is sending it.
        Sending = "sending",
        /// Its receiver answered with success.
        Delivered = "delivered",
        /// Its receiver answered otherwise, or was not reached.
        Failed = "failed",
        /// It may have reached its receiver; nobody can know.
        Unknown = "unknown",
    }
}

string_enum! {
    /// What came of one attempt.
    AttemptOutcome {
        /// Nothing yet.
        Sending = "sending",
        /// 2xx.
        Accepted = "accepted",
        /// Any other answer.
        Refused = "refused",
        /// An answer that points elsewhere, where nothing of ours is sent.
        Redirected = "redirected",
        /// The receiver was not reached, so it has nothing.
        NotSent = "not_sent",
        /// It cannot be sent as it is: no address, or one this installation does not allow.
        Impossible = "impossible",
        /// It was sent, or may have been, and no answer came.
        Lost = "lost",
    }
}

impl AttemptOutcome {
    /// Whether sending the same again may go better.
    #[must_use]
    pub const fn may_pass(self) -> bool {
        matches!(self, Self::Refused | Self::NotSent | Self::Lost)
    }
}

/// What is known of a delivery when an attempt has ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    /// What came of the attempt.
    pub outcome: AttemptOutcome,
    /// Whether the receiver tells repeats by their key, so that sending again does no harm.
    pub repeatable: bool,
    /// Whether an attempt before may have reached the receiver.
    pub lost_before: bool,
    /// How many attempts there were since it was last asked for, this one among them.
    pub attempts: u32,
    /// Now.
    pub now: DateTime<Utc>,
    /// Until when it is sent again.
    pub until: DateTime<Utc>,
}

/// What follows from an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It stands like this.
    Settled(DeliveryState),
    /// It is sent again after this pause.
    Again(Duration),
}

/// What follows from an attempt that has ended; `random` is between 0 and 1.
#[must_use]
pub fn next(ended: &Ended, random: f64) -> Next {
    if ended.outcome == AttemptOutcome::Accepted {
        return Next::Settled(DeliveryState::Delivered);
    }
    let pause = pause(ended.attempts, random);
    if ended.repeatable && ended.outcome.may_pass() && ended.now + pause <= ended.until {
        return Next::Again(pause);
    }
    let lost = ended.lost_before || ended.outcome == AttemptOutcome::Lost;
    Next::Settled(if lost { DeliveryState::Unknown } else { DeliveryState::Failed })
}

/// The pause after so many attempts.
fn pause(attempts: u32, random: f64) -> Duration {
    let doublings = i32::try_from(attempts.saturating_sub(1).min(30)).unwrap_or(30);
    let plain = (FIRST_PAUSE_S * 2f64.powi(doublings)).min(LONGEST_PAUSE_S);
    Duration::from_secs_f64(plain * (1.0 - JITTER + 2.0 * JITTER * random.clamp(0.0, 1.0)))
}

/// A delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id: the key by which the receiver tells repeats.
    pub id: DeliveryId,
    /// The sequence number of the audit entry of the act that caused it. By a channel there is at
    /// most one for each.
    pub cause: i64,
    /// The channel.
    pub channel: String,
    /// The deployment it is about.
    pub deployment_id: DeploymentId,
    /// Whether it may be sent again by itself.
    pub repeatable: bool,
    /// How it stands.
    pub state: DeliveryState,
    /// How many attempts there were.
    pub attempts: i64,
    /// How many of them belong to rounds before the present one: a person may begin another.
    pub rounds_before: i64,
    /// Whether one of this round may have reached the receiver without an answer.
    pub lost: bool,
    /// When it is sent next.
    pub next_at: Option<DateTime<Utc>>,
    /// Until when it is sent again by itself.
    pub repeat_until: DateTime<Utc>,
    /// Which portal is sending it.
    pub lease_owner: Option<Uuid>,
    /// What came of it, in a sentence.
    pub answer: String,
    /// When the act was.
    pub created_at: DateTime<Utc>,
    /// When it was settled.
    pub settled_at: Option<DateTime<Utc>>,
}

impl Delivery {
    /// One that is to be sent at once.
    #[must_use]
    pub fn new(
        id: DeliveryId,
        cause: i64,
        channel: &str,
        deployment_id: DeploymentId,
        repeatable: bool,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            cause,
            channel: channel.into(),
            deployment_id,
            repeatable,
            state: DeliveryState::Pending,
            attempts: 0,
            rounds_before: 0,
            lost: false,
            next_at: Some(now),
            repeat_until: now + REPEATED_FOR,
            lease_owner: None,
            answer: String::new(),
            created_at: now,
            settled_at: None,
        }
    }
}

/// An attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Which one, from 1.
    pub n: i64,
    /// When it began.
    pub at: DateTime<Utc>,
    /// How long it took, in milliseconds, where that is known.
    pub duration_ms: Option<i64>,
    /// What came of it.
    pub outcome: AttemptOutcome,
    /// What came back, in a sentence; empty while nothing has.
    pub answer: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(outcome: AttemptOutcome) -> Ended {
        let now = DateTime::UNIX_EPOCH;
        Ended {
            outcome,
            repeatable: true,
            lost_before: false,
            attempts: 1,
            now,
            until: now + REPEATED_FOR,
        }
    }

    #[test]
    fn pauses_grow_and_have_an_end() {
        assert_eq!(pause(1, 0.5), Duration::from_secs(1));
        assert_eq!(pause(4, 0.5), Duration::from_secs(8));
        assert_eq!(pause(40, 0.5), Duration::from_secs(300));
        assert_eq!(pause(3, 0.0), Duration::from_millis(3_200));
        assert_eq!(pause(3, 1.0), Duration::from_millis(4_800));
    }

    #[test]
    fn what_may_be_repeated_is_until_its_time_is_over() {
        for outcome in [AttemptOutcome::Refused, AttemptOutcome::NotSent, AttemptOutcome::Lost] {
            assert!(matches!(next(&ended(outcome), 0.5), Next::Again(_)), "{outcome}");
        }
        let over =
            Ended { now: DateTime::UNIX_EPOCH + REPEATED_FOR, ..ended(AttemptOutcome::Refused) };
        assert_eq!(next(&over, 0.5), Next::Settled(DeliveryState::Failed));
    }

    #[test]
    fn what_will_not_go_better_is_not_repeated() {
        for outcome in [AttemptOutcome::Redirected, AttemptOutcome::Impossible] {
            assert_eq!(next(&ended(outcome), 0.5), Next::Settled(DeliveryState::Failed));
        }
    }

    #[test]
    fn what_must_not_be_repeated_is_not_and_nobody_claims_to_know() {
        let once = |outcome| next(&Ended { repeatable: false, ..ended(outcome) }, 0.5);
        assert_eq!(once(AttemptOutcome::Accepted), Next::Settled(DeliveryState::Delivered));
        assert_eq!(once(AttemptOutcome::Refused), Next::Settled(DeliveryState::Failed));
        assert_eq!(once(AttemptOutcome::NotSent), Next::Settled(DeliveryState::Failed));
        assert_eq!(once(AttemptOutcome::Lost), Next::Settled(DeliveryState::Unknown));
    }

    #[test]
    fn a_refusal_after_a_lost_attempt_proves_nothing_of_that_one() {
        let end = Ended {
            lost_before: true,
            now: DateTime::UNIX_EPOCH + REPEATED_FOR,
            ..ended(AttemptOutcome::Refused)
        };
        assert_eq!(next(&end, 0.5), Next::Settled(DeliveryState::Unknown));
    }
}
