//! Which version of a service answered: neither a rollout that is half done nor a cache is the release.
//!
//! A service may say where its answers name their version. What is measured then counts only where the
//! announced version answered, and only while as many of all answers as was agreed are its.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    leak,
    measurement::{Measurement, Phase},
    string_enum::string_enum,
};

string_enum! {
    /// What part of an answer names the version.
    VersionPart {
        /// A header, by its name.
        Header = "header",
        /// A JSON body, by a pointer (RFC 6901) such as `/build/version`.
        Json = "json",
        /// An HTML page, by the name of a `meta` element.
        Meta = "meta",
    }
}

/// For how long answers are counted together, in minutes.
pub const WINDOW_MIN: i64 = 10;

/// Where the answers of a service name their version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionSource {
    /// The part.
    pub from: VersionPart,
    /// The header's or `meta` element's name, or the pointer.
    pub name: String,
    /// The share of answers that have to be the announced version's, in percent, 1 to 100.
    pub min_share: u8,
}

impl VersionSource {
    /// It as a person reads it.
    #[must_use]
    pub fn describe(&self) -> String {
        match self.from {
            VersionPart::Header => format!("header {}", self.name),
            VersionPart::Json => format!("{} in JSON", self.name),
            VersionPart::Meta => format!("meta {}", self.name),
        }
    }
}

/// The version that is to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedVersion {
    /// Where answers name theirs.
    pub source: VersionSource,
    /// The version that was announced.
    pub version: String,
    /// Its commit, where the announcement names one: answers may name that instead.
    pub commit: Option<String>,
}

/// The shortest beginning of a commit that stands for it.
const COMMIT_MIN: usize = 7;

impl ExpectedVersion {
    /// Whether what an answer names is this version: the same but for a leading `v`, or its commit or
    /// a beginning of it.
    #[must_use]
    pub fn is(&self, named: &str) -> bool {
        let plain = |text: &str| {
            let text = text.trim();
            text.strip_prefix(['v', 'V']).unwrap_or(text).to_ascii_lowercase()
        };
        let (named, version) = (plain(named), plain(&self.version));
        if named == version {
            return true;
        }
        let commit = self.commit.as_deref().map(str::to_ascii_lowercase);
        let is_hash = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        // Either may be cut short: pipelines and programs do. `-dirty` and the like say that it is
        // something else.
        commit.is_some_and(|commit| {
            if !is_hash(&named) || !is_hash(&commit) {
                return named == commit;
            }
            let (short, long) =
                if named.len() < commit.len() { (&named, &commit) } else { (&commit, &named) };
            short.len() >= COMMIT_MIN && long.starts_with(short.as_str())
        })
    }
}

/// What the answers of one measurement named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnsweredVersions {
    /// Each version that was named, with how often.
    pub named: BTreeMap<String, i64>,
    /// How many answers should have named one and did not.
    pub unnamed: i64,
}

impl AnsweredVersions {
    /// Whether nothing is known: no answer could have named a version.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && self.unnamed == 0
    }
}

/// A measurement by a check of this kind in the light of which version answered it: where too many
/// answers were another's, nothing follows, neither good nor bad; what passed and does not say who
/// answered shows nothing of this one. A failure nobody's version stands behind stays one, since a proxy
/// before the service names none; and so does a leak, whichever version leaks.
#[must_use]
pub fn judged(
    expected: &ExpectedVersion,
    kind: &str,
    answered: &AnsweredVersions,
    measured: Measurement,
) -> Measurement {
    let leaks = measured.phase == Phase::Failed && leak::is_looked_for_by(kind);
    if measured.phase == Phase::Error || leaks {
        return measured;
    }
    let all = answered.named.values().sum::<i64>() + answered.unnamed;
    let named = answered.named.iter();
    let mine: i64 = named.filter(|(named, _)| expected.is(named)).map(|(_, count)| count).sum();
    // A check of forty requests is not spoilt by the one that a canary may answer.
    if all > 0 && mine * 100 >= i64::from(expected.source.min_share) * all {
        return measured;
    }
    let other = answered.named.keys().find(|named| !expected.is(named));
    let why = match other {
        Some(other) => format!("{other} answered instead of {}", expected.version),
        None if answered.unnamed > 0 && measured.phase == Phase::Successful => format!(
            "an answer does not say which version gave it ({} is missing)",
            expected.source.describe()
        ),
        None => return measured,
    };
    Measurement {
        phase: Phase::Inconclusive,
        sentence: format!("Nothing is known of {}: {why}. {}", expected.version, measured.sentence),
        short: other.cloned().unwrap_or_else(|| "version?".into()),
        ..measured
    }
}

/// How the answers of a while fall to versions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnswerShares {
    /// Each version that was named, with how many answers, most first; `None` for answers that named
    /// none.
    pub answers: Vec<(Option<String>, i64)>,
}

impl AnswerShares {
    /// All answers.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.answers.iter().map(|(_, count)| count).sum()
    }

    /// How many the announced version gave.
    #[must_use]
    pub fn of(&self, expected: &ExpectedVersion) -> i64 {
        let mine = |named: &Option<String>| named.as_ref().is_some_and(|named| expected.is(named));
        self.answers.iter().filter(|(named, _)| mine(named)).map(|(_, count)| count).sum()
    }

    /// Why too few answers are the announced version's; `None` where enough are.
    #[must_use]
    pub fn too_few(&self, expected: &ExpectedVersion) -> Option<String> {
        let (total, mine) = (self.total(), self.of(expected));
        let least = i64::from(expected.source.min_share);
        if total == 0 {
            return Some(format!(
                "no answer of the last {WINDOW_MIN} min could name its version ({}), so nothing shows \
                 that {} answers",
                expected.source.describe(),
                expected.version
            ));
        }
        if mine * 100 >= least * total {
            return None;
        }
        let others: Vec<_> = self
            .answers
            .iter()
            .filter(|(named, _)| !named.as_ref().is_some_and(|named| expected.is(named)))
            .take(3)
            .map(|(named, count)| match named {
                Some(named) => format!("{named} gave {count}"),
                None => format!("{count} do not say"),
            })
            .collect();
        Some(format!(
            "only {mine} of {total} answers of the last {WINDOW_MIN} min came from {} ({}); {least} % \
             have to",
            expected.version,
            others.join(", ")
        ))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn expected(min_share: u8) -> ExpectedVersion {
        ExpectedVersion {
            source: VersionSource {
                from: VersionPart::Header,
                name: "x-version".into(),
                min_share,
            },
            version: "v1.4.0".into(),
            commit: Some("9f2c1ab9f2c1ab9f2c1ab9f2c1ab9f2c1ab9f2c1".into()),
        }
    }

    #[rstest]
    #[case("v1.4.0", true)]
    #[case("1.4.0", true)]
    #[case(" V1.4.0 ", true)]
    #[case("9f2c1ab", true)]
    #[case("9F2C1AB9f2c1ab9f2c1ab9f2c1ab9f2c1ab9f2c1", true)]
    #[case("9f2c1ab-dirty", false)]
    #[case("9f2c1ab9f2c1ab9f2c1ab9f2c1ab9f2c1ab9f2c1+x", false)]
    #[case("9f2c1ab.1", false)]
    #[case("9f2c1a", false)]
    #[case("1.4", false)]
    #[case("1.4.0-rc.1", false)]
    #[case("1.3.9", false)]
    #[case("", false)]
    fn a_version_is_told_by_its_name_or_its_commit(#[case] named: &str, #[case] is: bool) {
        assert_eq!(expected(100).is(named), is);
    }

    fn measured(phase: Phase) -> Measurement {
        Measurement {
            started_at: chrono::DateTime::UNIX_EPOCH,
            duration_ms: 1.0,
            phase,
            value: Some(1.0),
            sentence: "It answered.".into(),
            short: "1 ms".into(),
            findings: Vec::new(),
            exchanges: Vec::new(),
            pictures: Vec::new(),
        }
    }

    fn answered(named: &[&str], unnamed: i64) -> AnsweredVersions {
        let named = named.iter().map(|named| ((*named).to_owned(), 1)).collect();
        AnsweredVersions { named, unnamed }
    }

    #[rstest]
    #[case::announced(&["1.4.0"], 0, Phase::Successful, Phase::Successful)]
    #[case::announced_and_bad(&["1.4.0"], 0, Phase::Failed, Phase::Failed)]
    #[case::another(&["1.3.9"], 0, Phase::Successful, Phase::Inconclusive)]
    #[case::another_and_bad(&["1.3.9"], 0, Phase::Failed, Phase::Inconclusive)]
    #[case::both(&["1.3.9", "1.4.0"], 0, Phase::Successful, Phase::Inconclusive)]
    #[case::unnamed(&[], 1, Phase::Successful, Phase::Inconclusive)]
    #[case::unnamed_and_bad(&[], 1, Phase::Failed, Phase::Failed)]
    #[case::in_part(&["1.4.0"], 1, Phase::Successful, Phase::Inconclusive)]
    #[case::no_answer(&[], 0, Phase::Failed, Phase::Failed)]
    #[case::our_fault(&["1.3.9"], 0, Phase::Error, Phase::Error)]
    fn only_the_announced_version_counts(
        #[case] named: &[&str],
        #[case] unnamed: i64,
        #[case] was: Phase,
        #[case] is: Phase,
    ) {
        let judged = judged(&expected(100), "http", &answered(named, unnamed), measured(was));
        assert_eq!(judged.phase, is, "{}", judged.sentence);
        assert!(judged.sentence.ends_with("It answered."), "{}", judged.sentence);
    }

    #[test]
    fn an_announced_commit_may_be_the_shorter_one() {
        let short = ExpectedVersion { commit: Some("9f2c1ab8".into()), ..expected(100) };
        assert!(short.is("9f2c1ab8f2c1ab9f2c1ab9f2c1ab9f2c1ab9f2c1"));
        assert!(!short.is("9f2c1ab9f2c1ab9f2c1ab9f2c1ab9f2c1ab9f2c1"));
    }

    #[test]
    fn as_many_others_as_was_agreed_spoil_nothing() {
        let mut answered = answered(&["1.3.9"], 0);
        answered.named.insert("1.4.0".into(), 39);
        let phase = |min_share| {
            judged(&expected(min_share), "http", &answered, measured(Phase::Successful)).phase
        };
        assert_eq!((phase(97), phase(98)), (Phase::Successful, Phase::Inconclusive));
    }

    #[test]
    fn a_leak_is_one_whichever_version_leaks() {
        let by = answered(&["1.3.9"], 0);
        let phase = |kind, was| judged(&expected(100), kind, &by, measured(was)).phase;
        assert_eq!(phase("exposed_files", Phase::Failed), Phase::Failed);
        assert_eq!(phase("debug_mode", Phase::Failed), Phase::Failed);
        assert_eq!(phase("exposed_files", Phase::Successful), Phase::Inconclusive);
        assert_eq!(phase("http", Phase::Failed), Phase::Inconclusive);
    }

    #[test]
    fn a_share_below_the_agreed_one_says_who_else_answered() {
        let shares = AnswerShares {
            answers: vec![(Some("1.4.0".into()), 31), (Some("1.3.9".into()), 17), (None, 2)],
        };
        assert_eq!(shares.too_few(&expected(62)), None);
        assert_eq!(
            shares.too_few(&expected(63)).as_deref(),
            Some(
                "only 31 of 50 answers of the last 10 min came from v1.4.0 (1.3.9 gave 17, 2 do not \
                 say); 63 % have to"
            )
        );
        let none = AnswerShares::default().too_few(&expected(100)).unwrap();
        assert!(none.starts_with("no answer of the last 10 min could name its version"), "{none}");
    }
}
