//! What came of an attempt, and what to do, in sentences.

use domain::delivery::{AttemptOutcome, DeliveryState};
use integrations::Sent;

/// What is known where a portal stopped in the middle.
pub(super) const STOPPED: &str =
    "The portal stopped while the hook was being called, so nobody knows whether it was.";
/// What is written of an attempt that was written down and never made.
pub(super) const NEVER_SENT: &str = "It was not sent.";

/// What came of an attempt, and the sentence for it.
pub(super) fn told(sent: &Sent) -> (AttemptOutcome, String) {
    match sent {
        Sent::Accepted { status } => {
            (AttemptOutcome::Accepted, format!("The hook answered {status}."))
        }
        Sent::Refused { status } => {
            (AttemptOutcome::Refused, format!("The hook answered {status}."))
        }
        Sent::Redirected { status, target } => {
            let to = target.as_deref().unwrap_or("somewhere that cannot be read");
            let sentence =
                format!("The hook answered {status} and points to {to}, which is not followed.");
            (AttemptOutcome::Redirected, sentence)
        }
        Sent::NotSent(why) => (AttemptOutcome::NotSent, not_called(why)),
        Sent::Impossible(why) => (AttemptOutcome::Impossible, not_called(why)),
        Sent::Lost(why) => {
            let why = why.trim_end_matches('.');
            (AttemptOutcome::Lost, format!("The hook was called and did not answer: {why}."))
        }
    }
}

fn not_called(why: &str) -> String {
    format!("The hook could not be called: {}.", why.trim_end_matches('.'))
}

/// What is said of a delivery that is settled: what came of its last attempt, and what to do.
pub(super) fn settled(
    state: DeliveryState,
    outcome: AttemptOutcome,
    answer: &str,
    attempts: i64,
) -> String {
    let times = match attempts {
        ..=1 => String::new(),
        n => format!(" It was tried {n} times."),
    };
    match (state, outcome) {
        (DeliveryState::Failed, AttemptOutcome::Redirected) => format!(
            "{answer}{times} Put that address into the plan and send it again, or roll back by hand."
        ),
        (DeliveryState::Failed, _) => format!("{answer}{times} Roll back by hand."),
        (DeliveryState::Unknown, _) if answer == STOPPED => {
            format!("{answer} Look, and roll back by hand or send it again if it was not.")
        }
        (DeliveryState::Unknown, _) => format!(
            "{answer}{times} Nobody knows whether it did its work: look, and roll back by hand or \
             send it again if it did not."
        ),
        _ => answer.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_says_what_to_do() {
        let (outcome, answer) = told(&Sent::Redirected {
            status: 302,
            target: Some("https://login.example.org".into()),
        });
        let sentence = settled(DeliveryState::Failed, outcome, &answer, 1);
        assert!(sentence.contains("https://login.example.org"), "{sentence}");
        assert!(sentence.contains("into the plan"), "{sentence}");
        let (outcome, answer) = told(&Sent::Lost("no answer in 30 s".into()));
        let sentence = settled(DeliveryState::Unknown, outcome, &answer, 3);
        assert!(sentence.contains("Nobody knows") && sentence.contains("3 times"), "{sentence}");
        let (outcome, answer) = told(&Sent::Accepted { status: 202 });
        let sentence = settled(DeliveryState::Delivered, outcome, &answer, 2);
        assert_eq!(sentence, "The hook answered 202.");
    }
}
