//! The rule of the box `baselines`: what was captured at the end of the watch is good, and no
//! quantity it asks about is missing.

use chrono::{DateTime, Utc};

use super::Moment;
use crate::{
    indicator::{BUILT_IN, Criterion, Family, Limit, shown},
    item::AutomatedStatus,
    item_sources::RuleAnswer,
};

/// What the box asks about in every watch, with what holds where nobody has agreed on anything
/// else.
const ASKED: [(Family, &str, &str); 3] = [
    (Family::ErrorRate, "error rate", "< 0.1%"),
    (Family::Latency, "average response time", "< 200ms"),
    (Family::Uptime, "uptime", ">= 99.9%"),
];

/// A baseline as it bears on the box.
#[derive(Debug, Clone, PartialEq)]
pub struct BaselineFact {
    /// Of which indicator.
    pub key: String,
    /// What people call that.
    pub label: String,
    /// Its family.
    pub family: Family,
    /// Its unit.
    pub unit: String,
    /// When.
    pub moment: Moment,
    /// Its value, where there was enough to say one.
    pub value: Option<f64>,
    /// The part of the window that was measured, 0 to 1.
    pub coverage: f64,
    /// What was agreed to be good, as written.
    pub pass: Vec<String>,
    /// The value of the last good deployment at the same moment.
    pub before: Option<f64>,
}

/// What an indicator must meet: what was agreed; where nothing was, what the box asks of every
/// service. Empty where it is captured but not judged.
#[must_use]
pub fn to_pass(key: &str, family: Family, unit: &str, agreed: &[String]) -> Vec<String> {
    if !agreed.is_empty() {
        return agreed.to_vec();
    }
    let of_every_service =
        family == Family::ErrorRate || BUILT_IN.iter().any(|built_in| built_in.key == key);
    ASKED
        .iter()
        .filter(|(asked, _, _)| *asked == family && of_every_service)
        .map(|(_, _, text)| (*text).to_owned())
        .filter(|text| Criterion::parse(text, unit).is_ok())
        .collect()
}

/// Judges the box by what was captured at the end of the watch; `is_measured` says whether anything
/// is or was measured of the service at all.
#[must_use]
pub fn judge(
    captured: &[BaselineFact],
    is_measured: bool,
    deployed_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> RuleAnswer {
    let last: Vec<_> = captured.iter().filter(|fact| fact.moment == Moment::H48).collect();
    if last.is_empty() {
        let (word, sentence) = too_early(captured, deployed_at, now);
        let over = now >= deployed_at + Moment::H48.after();
        return if over && !is_measured {
            RuleAnswer::NoSource(sentence)
        } else {
            RuleAnswer::Knows(word, sentence)
        };
    }
    let mut found = Found::default();
    for fact in &last {
        found.look_at(fact);
    }
    for (family, label, _) in ASKED {
        let judged = last.iter().any(|fact| fact.family == family && !asked_of(fact).is_empty());
        if judged {
            continue;
        }
        let was_judged = |fact: &&BaselineFact| {
            fact.family == family && fact.value.is_some() && !asked_of(fact).is_empty()
        };
        let before = captured.iter().filter(was_judged).max_by_key(|fact| fact.moment);
        match (last.iter().find(|fact| fact.family == family), before) {
            // What was judged and is no more was not left to somebody else.
            (_, Some(before)) => found.unknown.push(format!(
                "{}: it was judged until {} and is no more",
                before.label,
                before.moment.as_str()
            )),
            (Some(fact), None) => {
                found.missing.push(format!("{}: no one has said what is good", fact.label));
            }
            (None, None) => found.missing.push(format!("{label}: nothing measures it")),
        }
    }
    found.word()
}

fn too_early(
    captured: &[BaselineFact],
    deployed_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> (AutomatedStatus, String) {
    let so_far: Vec<_> = Moment::ALL
        .iter()
        .filter(|moment| captured.iter().any(|fact| fact.moment == **moment))
        .map(|moment| moment.as_str())
        .collect();
    let have = if so_far.is_empty() {
        "No baseline has been captured yet".to_owned()
    } else {
        format!("Captured at {}", so_far.join(", "))
    };
    if now >= deployed_at + Moment::H48.after() {
        return (AutomatedStatus::Undecided, format!("{have}, and none at 48h."));
    }
    // It is at work once it has measured something.
    let works = captured.iter().any(|fact| fact.value.is_some());
    let word = if works { AutomatedStatus::Running } else { AutomatedStatus::Undecided };
    (word, format!("{have}; the box is judged at 48h."))
}

fn asked_of(fact: &BaselineFact) -> Vec<String> {
    to_pass(&fact.key, fact.family, &fact.unit, &fact.pass)
}

#[derive(Default)]
struct Found {
    failed: Vec<String>,
    /// What is measured and cannot be judged.
    unknown: Vec<String>,
    /// What nothing here measures, so that somebody else may say it.
    missing: Vec<String>,
    good: Vec<String>,
}

impl Found {
    fn look_at(&mut self, fact: &BaselineFact) {
        let asked = asked_of(fact);
        if asked.is_empty() {
            return;
        }
        let label = &fact.label;
        let Some(value) = fact.value else {
            self.unknown.push(if fact.coverage > 0.0 {
                format!("{label}: {:.0} % of the window was measured", fact.coverage * 100.0)
            } else {
                format!("{label}: nothing was measured")
            });
            return;
        };
        let seen = format!("{label} {} {}", shown(value), fact.unit);
        for text in asked {
            let Ok(criterion) = Criterion::parse(&text, &fact.unit) else { continue };
            match criterion.holds(value, fact.before) {
                Some(true) => {}
                Some(false) => {
                    let compared = match (criterion.limit, fact.before) {
                        (Limit::Relative(_), Some(before)) => {
                            format!(" (it was {} {})", shown(before), fact.unit)
                        }
                        _ => String::new(),
                    };
                    self.failed.push(format!("{seen}, expected {text}{compared}"));
                    return;
                }
                None => {
                    let why = "there is no baseline of a signed-off deployment";
                    self.unknown.push(format!("{seen}, expected {text}, but {why}"));
                    return;
                }
            }
        }
        self.good.push(seen);
    }

    fn word(self) -> RuleAnswer {
        let said = |of: &[String], apart| format!("At 48h: {}.", of.join(apart));
        if !self.failed.is_empty() {
            return RuleAnswer::Knows(AutomatedStatus::Failed, said(&self.failed, "; "));
        }
        if !self.unknown.is_empty() {
            let all = [self.unknown, self.missing].concat();
            return RuleAnswer::Knows(AutomatedStatus::Undecided, said(&all, "; "));
        }
        if !self.missing.is_empty() {
            let hint =
                "Add an indicator for what is missing, or post the result of what measures it.";
            return RuleAnswer::NoSource(format!("{} {hint}", said(&self.missing, "; ")));
        }
        RuleAnswer::Knows(AutomatedStatus::Passed, said(&self.good, ", "))
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone as _};

    use super::*;
    use crate::indicator::{RESPONSE_TIME, UPTIME};

    fn fact(family: Family, value: Option<f64>) -> BaselineFact {
        let (key, label, unit) = match family {
            Family::Latency => (RESPONSE_TIME.key, RESPONSE_TIME.label, RESPONSE_TIME.unit),
            Family::Uptime => (UPTIME.key, UPTIME.label, UPTIME.unit),
            _ => ("error_rate", "error rate", "%"),
        };
        BaselineFact {
            key: key.into(),
            label: label.into(),
            family,
            unit: unit.into(),
            moment: Moment::H48,
            value,
            coverage: if value.is_some() { 1.0 } else { 0.5 },
            pass: Vec::new(),
            before: None,
        }
    }

    fn all(rate: Option<f64>, time: Option<f64>, up: Option<f64>) -> [BaselineFact; 3] {
        [fact(Family::ErrorRate, rate), fact(Family::Latency, time), fact(Family::Uptime, up)]
    }

    fn judged(facts: &[BaselineFact]) -> (AutomatedStatus, String) {
        let began = Utc.timestamp_opt(1_763_560_920, 0).single().unwrap();
        judge(facts, true, began, began + Duration::hours(49)).alone()
    }

    #[test]
    fn what_was_measured_and_is_no_more_is_not_left_to_somebody_else() {
        let [rate, time, up] = all(Some(5.0), Some(142.0), Some(99.95));
        let day = BaselineFact { moment: Moment::H24, ..rate };
        let (word, sentence) = judged(&[day, time, up]);
        assert_eq!(word, AutomatedStatus::Undecided);
        assert!(sentence.contains("error rate: it was judged until 24h"), "{sentence}");
    }

    #[test]
    fn only_what_nothing_measures_may_be_said_by_somebody_else() {
        let began = Utc.timestamp_opt(1_763_560_920, 0).single().unwrap();
        let fillable = |facts: &[BaselineFact], hours| {
            let answer = judge(facts, true, began, began + Duration::hours(hours));
            matches!(answer, RuleAnswer::NoSource(_))
        };
        let whole = all(Some(0.02), Some(142.0), Some(99.95));
        assert!(fillable(&whole[1..], 49), "no indicator tells the error rate");
        assert!(!fillable(&all(Some(0.02), None, Some(99.95)), 49), "one tells it, with gaps");
        let slow = all(Some(0.02), Some(900.0), Some(99.95));
        assert!(!fillable(&slow[1..], 49), "what failed is not argued away");
        assert!(!fillable(&[], 1), "it is too early");
        assert!(!fillable(&[], 49), "what measures it was not captured");
        let without = |facts: &[BaselineFact], hours| {
            judge(facts, false, began, began + Duration::hours(hours))
        };
        assert!(matches!(without(&[], 49), RuleAnswer::NoSource(_)), "nothing measures anything");
        assert!(matches!(without(&[], 1), RuleAnswer::Knows(..)), "it is too early all the same");
        let failed = without(&slow, 49).alone().0;
        assert_eq!(failed, AutomatedStatus::Failed, "retiring an indicator takes nothing back");
    }

    #[test]
    fn the_box_passes_on_three_good_values_only() {
        let (word, said) = judged(&all(Some(0.02), Some(142.0), Some(99.95)));
        assert_eq!(word, AutomatedStatus::Passed, "{said}");
        assert_eq!(
            said,
            "At 48h: error rate 0.02 %, average response time 142 ms, uptime 99.95 %."
        );
        let (word, said) = judged(&all(Some(0.02), Some(201.0), Some(99.95)));
        assert_eq!(word, AutomatedStatus::Failed);
        assert!(said.contains("201 ms, expected < 200ms"), "{said}");
        let (word, said) = judged(&all(None, Some(142.0), Some(99.95))[1..]);
        assert_eq!(word, AutomatedStatus::Undecided);
        assert!(said.contains("error rate: nothing measures it"), "{said}");
        assert_eq!(judged(&all(Some(0.02), None, Some(99.95))).0, AutomatedStatus::Undecided);
        assert_eq!(judged(&[]).0, AutomatedStatus::Undecided);
    }

    #[test]
    fn before_its_end_it_runs_once_something_was_measured() {
        let began = Utc.timestamp_opt(1_763_560_920, 0).single().unwrap();
        assert_eq!(judge(&[], true, began, began).alone().0, AutomatedStatus::Undecided);
        let early = BaselineFact { moment: Moment::M15, ..fact(Family::Uptime, Some(100.0)) };
        assert_eq!(judge(&[early], true, began, began).alone().0, AutomatedStatus::Running);
    }

    #[test]
    fn what_was_agreed_decides() {
        let with = |pass: &[&str], before| {
            let mut facts = all(Some(0.02), Some(240.0), Some(99.95));
            facts[1].pass = pass.iter().map(|text| (*text).to_owned()).collect();
            facts[1].before = before;
            judged(&facts)
        };
        assert_eq!(with(&["< 300ms"], None).0, AutomatedStatus::Passed);
        assert_eq!(with(&["<= +10%"], Some(230.0)).0, AutomatedStatus::Passed);
        let (word, said) = with(&["<= +10%"], Some(200.0));
        assert_eq!(word, AutomatedStatus::Failed);
        assert!(said.contains("240 ms, expected <= +10% (it was 200 ms)"), "{said}");
        let (word, said) = with(&["<= +10%"], None);
        assert_eq!(word, AutomatedStatus::Undecided, "no baseline never passes");
        assert!(said.contains("no baseline of a signed-off deployment"), "{said}");
    }

    #[test]
    fn a_quantity_of_another_kind_counts_only_where_something_was_agreed() {
        let orders = |pass: &[&str]| {
            let mut facts = all(Some(0.02), Some(142.0), Some(99.95)).to_vec();
            facts.push(BaselineFact {
                key: "orders".into(),
                label: "orders".into(),
                family: Family::BusinessSignal,
                unit: "per minute".into(),
                moment: Moment::H48,
                value: Some(3.0),
                coverage: 1.0,
                pass: pass.iter().map(|text| (*text).to_owned()).collect(),
                before: None,
            });
            judged(&facts).0
        };
        assert_eq!(orders(&[]), AutomatedStatus::Passed);
        assert_eq!(orders(&["> 2"]), AutomatedStatus::Passed);
        assert_eq!(orders(&["> 4"]), AutomatedStatus::Failed);
    }

    #[test]
    fn an_error_rate_in_another_unit_needs_a_threshold() {
        let mut facts = all(Some(0.02), Some(142.0), Some(99.95));
        facts[0].unit = "per minute".into();
        let (word, said) = judged(&facts);
        assert_eq!(word, AutomatedStatus::Undecided);
        assert!(said.contains("error rate: no one has said what is good"), "{said}");
    }
}
