//! The gate: whether a deployment may be signed off, and what CI is told when it asks.

use crate::{
    humanize::ended, item::ItemState, run::Revocation, verdict::Verdict, watch::WatchState,
};

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
    /// How many required boxes there are that apply here.
    pub required: usize,
    /// The keys of the required boxes that are closed by a waiver, in the run's order.
    pub waived: Vec<String>,
    /// What fails beside the required boxes: labels of checks, keys of optional boxes.
    pub failing_beside: Vec<String>,
    /// Why, in one or two sentences.
    pub reason: String,
    /// Whether it may be signed off: nothing holds it but, after a revocation, the missing sign-off.
    pub may_be_signed: bool,
    /// Of what is signed off: whether more than the one person who deployed it or waived a box of it
    /// looked at it.
    pub four_eyes: Option<bool>,
}

/// Evidence against a release that no required box counts: of a check on a person's box, on a box
/// that is optional or that this run lacks, or on none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedBeside<'a> {
    /// What says so.
    pub label: &'a str,
    /// What it says.
    pub sentence: &'a str,
    /// What it does to the release.
    pub weight: RedWeight,
}

/// What evidence beside the required boxes does to a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RedWeight {
    /// It fails, and fails the release by itself.
    Critical,
    /// It would fail it by itself, and says nothing: nothing is known.
    Unknown,
    /// It fails and stands beside the boxes.
    Beside,
    /// It passes now, and comes and goes.
    Intermittent,
    /// It passes now, and has failed.
    Recovered,
}

impl RedWeight {
    /// Whether it fails now.
    const fn fails(self) -> bool {
        matches!(self, Self::Critical | Self::Beside)
    }
}

/// Decides from the watch's state, its boxes and what is red beside them.
///
/// No data never passes: a run without boxes, or with only optional ones or ones that do not apply,
/// is undecided. A failed required box or a failing critical check fails the deployment; anything
/// else that is not closed leaves it undecided. That nothing has failed is said only where nothing
/// has.
#[must_use]
pub fn decide(watch: WatchState, items: &[GateItem<'_>], beside: &[RedBeside<'_>]) -> GateAnswer {
    // A box that does not apply here is no evidence of anything.
    let counts = |item: &&GateItem<'_>| item.required && item.state != ItemState::NotRequired;
    let required: Vec<_> = items.iter().filter(counts).collect();
    let open: Vec<_> = required.iter().filter(|item| !item.state.is_closed()).collect();
    let keys = open.iter().map(|item| item.key.to_owned()).collect();
    let waived: Vec<_> = required
        .iter()
        .filter(|item| item.state == ItemState::Waived)
        .map(|item| item.key.to_owned())
        .collect();
    // Boxes that need not be closed may fail all the same.
    let optional = items.iter().filter(|item| !item.required && item.state == ItemState::Failed);
    let red: Vec<(&str, &str)> = beside
        .iter()
        .filter(|red| red.weight.fails())
        .map(|red| (red.label, red.sentence))
        .chain(optional.map(|item| (item.key, item.reason)))
        .collect();
    let answer = |verdict, reason: String| GateAnswer {
        may_be_signed: verdict == Verdict::Passed && watch == WatchState::Watching,
        verdict,
        open: keys,
        required: required.len(),
        waived: waived.clone(),
        failing_beside: red.iter().map(|(label, _)| (*label).to_owned()).collect(),
        reason,
        four_eyes: None,
    };

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
    let failed: Vec<_> = open.iter().filter(|item| item.state == ItemState::Failed).collect();
    let of = |weight| beside.iter().filter(move |red| red.weight == weight);
    let critical: Vec<_> = of(RedWeight::Critical).collect();
    let more = |n: usize| if n == 0 { String::new() } else { format!(" {n} more failed.") };
    if let Some(first) = failed.first() {
        let others = failed.len() - 1 + critical.len();
        let reason = format!("{} failed: {}{}", first.key, ended(first.reason), more(others));
        return answer(Verdict::Failed, reason);
    }
    if let Some(first) = critical.first() {
        let reason = format!(
            "{}, which is critical, failed: {}{}",
            first.label,
            ended(first.sentence),
            more(critical.len() - 1)
        );
        return answer(Verdict::Failed, reason);
    }
    let failing = red
        .first()
        .map(|(label, why)| format!("{label} failed: {}{}", ended(why), more(red.len() - 1)));
    if required.is_empty() {
        let none = "The runbook has no required box that applies here, so nothing can show that it \
                    works. Add one to the runbook.";
        let beside = failing.map(|failing| format!(" Beside that, {failing}")).unwrap_or_default();
        return answer(Verdict::Undecided, format!("{none}{beside}"));
    }
    if let Some(silent) = of(RedWeight::Unknown).next().filter(|_| open.is_empty()) {
        return answer(
            Verdict::Undecided,
            format!(
                "Every required box is closed, but {}, which is critical, says nothing: {}",
                silent.label,
                ended(silent.sentence)
            ),
        );
    }
    let comes_and_goes =
        of(RedWeight::Intermittent).next().map(|red| format!("{} {}", red.label, red.sentence));
    if open.is_empty() {
        let mut closed = closed_sentence(required.len(), &waived);
        if let Some(failing) = failing {
            closed.push_str(&format!(" Beside them, {failing}"));
        }
        if let Some(comes_and_goes) = comes_and_goes {
            closed.push_str(&format!(" But {}", ended(&comes_and_goes)));
        }
        return answer(Verdict::Passed, closed);
    }
    let closed = required.len() - open.len();
    let named = open.iter().map(|item| item.key).collect::<Vec<_>>().join(", ");
    let closed = match waived.len() {
        0 => format!("{closed} of {} boxes are closed", required.len()),
        n => format!("{closed} of {} boxes are closed, {n} of them waived", required.len()),
    };
    answer(
        Verdict::Undecided,
        match failing {
            None => {
                let failed = match comes_and_goes {
                    Some(comes_and_goes) => format!("nothing fails now, but {comes_and_goes}"),
                    None if of(RedWeight::Recovered).next().is_some() => "nothing fails now".into(),
                    None => "nothing has failed".into(),
                };
                format!("{closed}; {failed}. Open: {named}.")
            }
            Some(failing) => format!("{closed}. Beside them, {failing} Open: {named}."),
        },
    )
}

/// What the gate says of a run whose sign-off was revoked: it does not pass until it is signed off
/// again, since whoever asked before was told that it works.
#[must_use]
pub fn after_revocation(answer: GateAnswer, revoked: &Revocation) -> GateAnswer {
    let at = revoked.at.format("%-d %B %H:%M UTC");
    let because = ended(&revoked.because);
    let what = |text: &str| text.split_once(": ").map(|(what, _)| what.to_owned());
    let now = match answer.verdict {
        Verdict::Passed => "Every required box is closed again: it has to be signed off again.",
        // What fails is what it was revoked for: once is enough.
        Verdict::Failed if what(&answer.reason) == what(&revoked.because) => "It still fails.",
        _ => &answer.reason,
    };
    GateAnswer {
        reason: format!("The sign-off was revoked on {at}, because {because} {now}"),
        verdict: Verdict::Failed,
        ..answer
    }
}

fn closed_sentence(required: usize, waived: &[String]) -> String {
    match (required, waived) {
        (1, []) => "The one required box is closed.".into(),
        (n, []) => format!("All {n} required boxes are closed."),
        (1, _) => "The one required box is waived: nothing shows that it works.".into(),
        (n, waived) => {
            let (count, named) = (waived.len(), waived.join(", "));
            format!("All {n} required boxes are closed, {count} of them waived: {named}.")
        }
    }
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
        assert_eq!(decide(WatchState::Watching, &[], &[]).verdict, Verdict::Undecided);
        let optional = [item("a", false, ItemState::Passed)];
        assert_eq!(decide(WatchState::Watching, &optional, &[]).verdict, Verdict::Undecided);
        let elsewhere = [item("a", true, ItemState::NotRequired)];
        assert_eq!(decide(WatchState::Watching, &elsewhere, &[]).verdict, Verdict::Undecided);
    }

    #[test]
    fn names_what_is_open() {
        let items = [
            item("smoke-tests", true, ItemState::Open),
            item("perf-security", true, ItemState::Passed),
            item("baselines", true, ItemState::Undecided),
        ];
        let answer = decide(WatchState::Watching, &items, &[]);
        assert_eq!(answer.open, ["smoke-tests", "baselines"]);
        assert_eq!(
            answer.reason,
            "1 of 3 boxes are closed; nothing has failed. Open: smoke-tests, baselines."
        );
    }

    #[test]
    fn a_failed_box_fails_and_explains() {
        let items = [item("a", true, ItemState::Failed), item("b", true, ItemState::Failed)];
        let answer = decide(WatchState::Watching, &items, &[]);
        assert_eq!(answer.verdict, Verdict::Failed);
        assert_eq!(answer.reason, "a failed: Because. 1 more failed.");
    }

    fn red(label: &str, critical: bool) -> RedBeside<'_> {
        let weight = if critical { RedWeight::Critical } else { RedWeight::Beside };
        RedBeside { label, sentence: "It broke", weight }
    }

    #[test]
    fn what_is_critical_and_says_nothing_lets_nothing_pass() {
        let silent = RedBeside { weight: RedWeight::Unknown, ..red("journey", true) };
        let closed = [item("b", true, ItemState::Passed)];
        let said = decide(WatchState::Watching, &closed, std::slice::from_ref(&silent));
        assert_eq!((said.verdict, said.may_be_signed), (Verdict::Undecided, false));
        assert!(
            said.reason.contains("journey, which is critical, says nothing"),
            "{}",
            said.reason
        );
        let open = [item("b", true, ItemState::Open)];
        let said = decide(WatchState::Watching, &open, &[silent]);
        assert!(said.reason.contains("nothing has failed"), "{}", said.reason);
    }

    #[test]
    fn what_is_red_beside_the_boxes_is_said() {
        let open = [item("a", true, ItemState::Open), item("b", true, ItemState::Passed)];
        let said = decide(WatchState::Watching, &open, &[red("journey", false), red("c", false)]);
        assert_eq!(said.verdict, Verdict::Undecided);
        assert_eq!(
            said.reason,
            "1 of 2 boxes are closed. Beside them, journey failed: It broke. 1 more failed. Open: a."
        );
        let closed = [item("b", true, ItemState::Passed)];
        let said = decide(WatchState::Watching, &closed, &[red("journey", false)]);
        assert_eq!(said.verdict, Verdict::Passed);
        assert!(said.reason.ends_with("Beside them, journey failed: It broke."), "{}", said.reason);
        let optional = [item("a", true, ItemState::Open), item("b", false, ItemState::Failed)];
        let said = decide(WatchState::Watching, &optional, &[]);
        assert!(said.reason.contains("b failed: Because."), "{}", said.reason);
    }

    #[test]
    fn what_failed_and_passes_now_is_not_said_never_to_have_failed() {
        let once = RedBeside { weight: RedWeight::Recovered, ..red("home", false) };
        let often = RedBeside {
            sentence: "fails intermittently: 4 times; it passes now",
            weight: RedWeight::Intermittent,
            ..red("login", false)
        };
        let said = |state, beside: &[RedBeside<'_>]| {
            let said = decide(WatchState::Watching, &[item("a", true, state)], beside);
            assert_eq!(said.failing_beside, Vec::<String>::new());
            (said.verdict, said.reason)
        };
        let open = said(ItemState::Open, std::slice::from_ref(&once)).1;
        assert_eq!(open, "0 of 1 boxes are closed; nothing fails now. Open: a.");
        let open = said(ItemState::Open, &[once.clone(), often.clone()]).1;
        assert_eq!(
            open,
            "0 of 1 boxes are closed; nothing fails now, but login fails intermittently: 4 times; it \
             passes now. Open: a."
        );
        let closed = said(ItemState::Passed, &[often]);
        let words = "The one required box is closed. But login fails intermittently: 4 times; it \
                     passes now.";
        assert_eq!(closed, (Verdict::Passed, words.into()));
        let closed = said(ItemState::Passed, &[once]);
        assert_eq!(closed, (Verdict::Passed, "The one required box is closed.".into()));
    }

    #[test]
    fn what_is_critical_fails_it() {
        let closed = [item("b", true, ItemState::Passed)];
        let said = decide(WatchState::Watching, &closed, &[red("x", false), red("journey", true)]);
        assert_eq!((said.verdict, said.open.len()), (Verdict::Failed, 0));
        assert_eq!(said.reason, "journey, which is critical, failed: It broke.");
        let failed = [item("b", true, ItemState::Failed)];
        let said = decide(WatchState::Watching, &failed, &[red("journey", true)]);
        assert_eq!(said.reason, "b failed: Because. 1 more failed.");
    }

    #[test]
    fn after_a_revocation_it_does_not_pass_until_it_is_signed_again() {
        let at = chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let revoked = Revocation { at, because: "smoke-tests failed: 1 of 9 failed".into() };
        let closed = decide(WatchState::Watching, &[item("a", true, ItemState::Passed)], &[]);
        let said = after_revocation(closed, &revoked);
        assert_eq!((said.verdict, said.may_be_signed), (Verdict::Failed, true));
        assert_eq!(
            said.reason,
            "The sign-off was revoked on 21 September 14:13 UTC, because smoke-tests failed: 1 of 9 \
             failed. Every required box is closed again: it has to be signed off again."
        );
        let fails = [item("smoke-tests", true, ItemState::Failed)];
        let said = after_revocation(decide(WatchState::Watching, &fails, &[]), &revoked);
        assert!(said.reason.ends_with("1 of 9 failed. It still fails."), "{}", said.reason);
        let open = decide(WatchState::Watching, &[item("a", true, ItemState::Open)], &[]);
        let said = after_revocation(open, &revoked);
        assert_eq!((said.verdict, said.may_be_signed), (Verdict::Failed, false));
        assert!(said.reason.ends_with("nothing has failed. Open: a."), "{}", said.reason);
    }

    fn state() -> impl Strategy<Value = ItemState> {
        proptest::sample::select(ItemState::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn passed_means_every_required_box_is_closed(
            boxes in proptest::collection::vec((any::<bool>(), state()), 0..12),
            watch in proptest::sample::select(WatchState::ALL.to_vec()),
            beside in proptest::collection::vec(any::<bool>(), 0..3),
        ) {
            let items: Vec<_> =
                boxes.iter().map(|(required, state)| item("k", *required, *state)).collect();
            let reds: Vec<_> = beside.iter().map(|critical| red("red", *critical)).collect();
            let answer = decide(watch, &items, &reds);
            let required: Vec<_> = boxes
                .iter()
                .filter(|(required, state)| *required && *state != ItemState::NotRequired)
                .collect();
            let all_closed = !required.is_empty() && required.iter().all(|(_, s)| s.is_closed());
            let live = matches!(watch, WatchState::Watching | WatchState::SignedOff);
            let spoilt = beside.contains(&true);
            prop_assert_eq!(answer.verdict == Verdict::Passed, all_closed && live && !spoilt);
            let failed = !beside.is_empty() || boxes.iter().any(|(_, s)| *s == ItemState::Failed);
            prop_assert!(!(failed && answer.reason.contains("nothing has failed")));
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
                decide(WatchState::Watching, &items, &[]).verdict
            };
            let rank = |v| match v { Verdict::Failed => 0, Verdict::Undecided => 1, Verdict::Passed => 2 };
            let mut better = boxes.clone();
            better[at] = ItemState::Passed;
            prop_assert!(rank(verdict(&better)) >= rank(verdict(&boxes)));
        }
    }
}
