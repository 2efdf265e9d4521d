//! The gate: whether a deployment may be signed off, and what CI is told when it asks.

use crate::{item::ItemState, verdict::Verdict, watch::WatchState};

/// A box as the gate sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateItem<'a> {
    /// The box's key.
    pub key: &'a str,
    /// Whether the gate waits for it.
    pub required: bool,
    /// Its state now (waivers already judged).
    pub state: ItemState,
    /// The sentence that explains the state.
    pub reason: &'a str,
}

/// The gate's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateAnswer {
    /// `Passed` only when every required box is closed.
    pub verdict: Verdict,
    /// The keys of the required boxes that are not closed, in the run's order.
    pub open: Vec<String>,
    /// Why, in one or two sentences.
    pub reason: String,
}

/// Decides from the watch's state and its boxes.
///
/// No data never passes: a run without boxes, or with only optional ones or ones that do not apply,
/// is undecided. A failed
/// required box fails the deployment; anything else that is not closed leaves it undecided.
#[must_use]
pub fn decide(watch: WatchState, items: &[GateItem<'_>]) -> GateAnswer {
    // A box that does not apply here is no evidence of anything.
    let counts = |item: &&GateItem<'_>| item.required && item.state != ItemState::NotRequired;
    let required: Vec<_> = items.iter().filter(counts).collect();
    let open: Vec<_> = required.iter().filter(|item| !item.state.is_closed()).collect();
    let keys = open.iter().map(|item| item.key.to_owned()).collect();
    let answer = |verdict, reason: String| GateAnswer { verdict, open: keys, reason };

    match watch {
        WatchState::RolledBack => {
            return answer(Verdict::Failed, "This deployment was rolled back.".into());
        }
        WatchState::Superseded => {
            return answer(
                Verdict::Undecided,
                "A newer deployment took this one's place before it was signed off.".into(),
            );
        }
        WatchState::Watching | WatchState::SignedOff => {}
    }
    if required.is_empty() {
        return answer(
            Verdict::Undecided,
            "The runbook has no required box that applies here, so nothing can show that it \
             works. Add one to the runbook."
                .into(),
        );
    }
    if open.is_empty() {
        return answer(Verdict::Passed, closed_sentence(&required));
    }
    let failed: Vec<_> = open.iter().filter(|item| item.state == ItemState::Failed).collect();
    if let Some(first) = failed.first() {
        let more = match failed.len() {
            1 => String::new(),
            n => format!(" {} more failed.", n - 1),
        };
        return answer(
            Verdict::Failed,
            format!("{} failed: {}{more}", first.key, sentence(first.reason)),
        );
    }
    let closed = required.len() - open.len();
    answer(
        Verdict::Undecided,
        format!(
            "{closed} of {} boxes are closed; nothing has failed. Open: {}.",
            required.len(),
            open.iter().map(|item| item.key).collect::<Vec<_>>().join(", ")
        ),
    )
}

fn closed_sentence(required: &[&GateItem<'_>]) -> String {
    let waived: Vec<_> = required
        .iter()
        .filter(|item| item.state == ItemState::Waived)
        .map(|item| item.key)
        .collect();
    match (required.len(), waived.as_slice()) {
        (1, []) => "The one required box is closed.".into(),
        (n, []) => format!("All {n} required boxes are closed."),
        (n, waived) => {
            format!("All {n} required boxes are closed, waived: {}.", waived.join(", "))
        }
    }
}

fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn item(key: &str, required: bool, state: ItemState) -> GateItem<'_> {
        GateItem { key, required, state, reason: "Because" }
    }

    #[test]
    fn nothing_required_is_undecided() {
        assert_eq!(decide(WatchState::Watching, &[]).verdict, Verdict::Undecided);
        let optional = [item("a", false, ItemState::Passed)];
        assert_eq!(decide(WatchState::Watching, &optional).verdict, Verdict::Undecided);
        let elsewhere = [item("a", true, ItemState::NotRequired)];
        assert_eq!(decide(WatchState::Watching, &elsewhere).verdict, Verdict::Undecided);
    }

    #[test]
    fn names_what_is_open() {
        let items = [
            item("smoke-tests", true, ItemState::Open),
            item("perf-security", true, ItemState::Passed),
            item("baselines", true, ItemState::Undecided),
        ];
        let answer = decide(WatchState::Watching, &items);
        assert_eq!(answer.open, ["smoke-tests", "baselines"]);
        assert_eq!(
            answer.reason,
            "1 of 3 boxes are closed; nothing has failed. Open: smoke-tests, baselines."
        );
    }

    #[test]
    fn a_failed_box_fails_and_explains() {
        let items = [item("a", true, ItemState::Failed), item("b", true, ItemState::Failed)];
        let answer = decide(WatchState::Watching, &items);
        assert_eq!(answer.verdict, Verdict::Failed);
        assert_eq!(answer.reason, "a failed: Because. 1 more failed.");
    }

    fn state() -> impl Strategy<Value = ItemState> {
        proptest::sample::select(ItemState::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn passed_means_every_required_box_is_closed(
            boxes in proptest::collection::vec((any::<bool>(), state()), 0..12),
            watch in proptest::sample::select(WatchState::ALL.to_vec()),
        ) {
            let items: Vec<_> =
                boxes.iter().map(|(required, state)| item("k", *required, *state)).collect();
            let answer = decide(watch, &items);
            let required: Vec<_> = boxes
                .iter()
                .filter(|(required, state)| *required && *state != ItemState::NotRequired)
                .collect();
            let all_closed = !required.is_empty() && required.iter().all(|(_, s)| s.is_closed());
            let live = matches!(watch, WatchState::Watching | WatchState::SignedOff);
            prop_assert_eq!(answer.verdict == Verdict::Passed, all_closed && live);
            prop_assert!(!answer.reason.is_empty());
            if answer.verdict == Verdict::Passed {
                prop_assert!(answer.open.is_empty());
            }
        }

        /// Closing a box never makes the answer worse; opening one never makes it pass.
        #[test]
        fn closing_a_box_never_hurts(
            boxes in proptest::collection::vec(state(), 1..8), at in 0usize..8,
        ) {
            let at = at % boxes.len();
            let verdict = |boxes: &[ItemState]| {
                let items: Vec<_> = boxes.iter().map(|s| item("k", true, *s)).collect();
                decide(WatchState::Watching, &items).verdict
            };
            let rank = |v| match v { Verdict::Failed => 0, Verdict::Undecided => 1, Verdict::Passed => 2 };
            let mut better = boxes.clone();
            better[at] = ItemState::Passed;
            prop_assert!(rank(verdict(&better)) >= rank(verdict(&boxes)));
        }
    }
}
