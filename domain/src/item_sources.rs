//! The machine half of a box: what its checks, its pushed results and its rule say together.

use crate::{item::AutomatedStatus, measurement::Phase};

/// The latest word of one source of a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source<'a> {
    /// The check's key, or what pushed the result.
    pub label: &'a str,
    /// Its latest word; `None` where it has not spoken yet.
    pub word: Option<SourceStatus>,
    /// Its latest sentence.
    pub sentence: &'a str,
}

/// What one source said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceStatus {
    /// Good.
    Passed,
    /// Bad.
    Failed,
    /// It spoke, and decides nothing.
    Undecided,
}

impl SourceStatus {
    /// What a script's word comes to as a source's; none where it has not spoken yet.
    #[must_use]
    pub const fn of(word: AutomatedStatus) -> Option<Self> {
        match word {
            AutomatedStatus::Passed => Some(Self::Passed),
            AutomatedStatus::Failed => Some(Self::Failed),
            AutomatedStatus::Undecided => Some(Self::Undecided),
            AutomatedStatus::Running => None,
        }
    }
}

impl From<SourceStatus> for AutomatedStatus {
    fn from(said: SourceStatus) -> Self {
        match said {
            SourceStatus::Passed => Self::Passed,
            SourceStatus::Failed => Self::Failed,
            SourceStatus::Undecided => Self::Undecided,
        }
    }
}

impl From<Phase> for SourceStatus {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Successful => Self::Passed,
            Phase::Failed => Self::Failed,
            Phase::Error | Phase::Inconclusive => Self::Undecided,
        }
    }
}

/// What a built-in rule says of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleAnswer {
    /// It judged, or knows that it cannot yet: no word sent to the box stands in for that.
    Knows(AutomatedStatus, String),
    /// There is nothing it could know it from: somebody else may say it.
    NoSource(String),
}

impl RuleAnswer {
    /// What it comes to where nobody else has said anything.
    #[must_use]
    pub fn alone(self) -> (AutomatedStatus, String) {
        match self {
            Self::Knows(word, sentence) => (word, sentence),
            Self::NoSource(sentence) => (AutomatedStatus::Undecided, sentence),
        }
    }

    /// What it comes to beside the sources of its box. None of them argues away what it knows, nor
    /// that it is too early to know; one stands in for it only where it has nothing to know from.
    #[must_use]
    pub fn beside(self, label: &str, sources: &[Source<'_>]) -> (AutomatedStatus, String) {
        let mut all = sources.to_vec();
        if let Self::Knows(word, sentence) = &self
            && !sources.is_empty()
        {
            all.push(Source { label, word: SourceStatus::of(*word), sentence });
        }
        let said = combine(&all);
        said.unwrap_or_else(|| self.alone())
    }
}

/// What the sources say together: `None` where there is none at all.
///
/// One failed source fails the half. Then: one that could not tell leaves it undecided, one that
/// has not spoken leaves it running. Only when each has spoken well does it pass.
#[must_use]
pub fn combine(sources: &[Source<'_>]) -> Option<(AutomatedStatus, String)> {
    if sources.is_empty() {
        return None;
    }
    let with = |word| sources.iter().filter(move |source| source.word == Some(word));
    let waiting = sources.iter().filter(|source| source.word.is_none()).count();
    let total = sources.len();

    let said = |word, machine| {
        let first = with(word).next()?;
        let count = with(word).count();
        let what = if word == SourceStatus::Failed { "failed" } else { "could not tell" };
        let sentence = if count == 1 {
            format!("{}: {}", first.label, first.sentence)
        } else {
            format!("{count} of {total} {what}. {}: {}", first.label, first.sentence)
        };
        Some((machine, sentence))
    };
    said(SourceStatus::Failed, AutomatedStatus::Failed)
        .or_else(|| said(SourceStatus::Undecided, AutomatedStatus::Undecided))
        .or_else(|| {
            Some(if waiting > 0 {
                let answered = total - waiting;
                let mut open = sources.iter().filter(|source| source.word.is_none());
                let why = open
                    .find(|source| !source.sentence.is_empty())
                    .map_or_else(String::new, |source| {
                        format!(" {}: {}", source.label, source.sentence)
                    });
                let sentence = format!("{answered} of {total} have answered so far.{why}");
                (AutomatedStatus::Running, sentence)
            } else if let [only] = sources {
                (AutomatedStatus::Passed, only.sentence.to_owned())
            } else {
                (AutomatedStatus::Passed, format!("All {total} passed."))
            })
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn source(word: Option<SourceStatus>) -> Source<'static> {
        Source { label: "hsts", word, sentence: "No header." }
    }

    #[test]
    fn no_source_says_nothing() {
        assert_eq!(combine(&[]), None);
    }

    #[test]
    fn the_failed_one_is_named() {
        let sources = [source(Some(SourceStatus::Passed)), source(Some(SourceStatus::Failed))];
        assert_eq!(combine(&sources), Some((AutomatedStatus::Failed, "hsts: No header.".into())));
    }

    fn word() -> impl Strategy<Value = Option<SourceStatus>> {
        prop_oneof![
            Just(None),
            Just(Some(SourceStatus::Passed)),
            Just(Some(SourceStatus::Failed)),
            Just(Some(SourceStatus::Undecided)),
        ]
    }

    #[test]
    fn a_rule_that_knows_is_not_argued_away() {
        let said = |word| source(Some(word));
        let knows = |word| RuleAnswer::Knows(word, "It is too early.".into());
        let none = || RuleAnswer::NoSource("Nothing reads it.".into());
        let of = |rule: RuleAnswer, sources: Vec<Source<'_>>| rule.beside("rule", &sources);
        let (word, why) = of(knows(AutomatedStatus::Undecided), vec![said(SourceStatus::Passed)]);
        assert_eq!((word, why.as_str()), (AutomatedStatus::Undecided, "rule: It is too early."));
        let (word, why) = of(knows(AutomatedStatus::Running), vec![said(SourceStatus::Passed)]);
        assert_eq!(word, AutomatedStatus::Running);
        assert_eq!(why, "1 of 2 have answered so far. rule: It is too early.");
        let (word, _) = of(knows(AutomatedStatus::Passed), vec![said(SourceStatus::Failed)]);
        assert_eq!(word, AutomatedStatus::Failed);
        assert_eq!(of(none(), vec![said(SourceStatus::Passed)]).0, AutomatedStatus::Passed);
        assert_eq!(of(none(), Vec::new()).0, AutomatedStatus::Undecided);
        let (word, why) = of(knows(AutomatedStatus::Passed), Vec::new());
        assert_eq!((word, why.as_str()), (AutomatedStatus::Passed, "It is too early."));
    }

    proptest! {
        #[test]
        fn passes_only_when_each_source_passed(words in proptest::collection::vec(word(), 0..8)) {
            let sources: Vec<_> = words.iter().map(|word| source(*word)).collect();
            let all = !words.is_empty() && words.iter().all(|w| *w == Some(SourceStatus::Passed));
            let word = combine(&sources).map(|(word, _)| word);
            prop_assert_eq!(word == Some(AutomatedStatus::Passed), all);
            if words.contains(&Some(SourceStatus::Failed)) {
                prop_assert_eq!(word, Some(AutomatedStatus::Failed));
            }
        }
    }
}
