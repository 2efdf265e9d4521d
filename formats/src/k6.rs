//! The end-of-test summary of k6, in the three forms it has: `--summary-export` (values beside the
//! thresholds, a threshold's `true` means *crossed*), the data of `handleSummary` (values and `{ok}`
//! apart), and the machine-readable one (`results`, since 1.5), which leaves the thresholds out.
//!
//! Each threshold and each check counts as a test. A check that failed at times fails the report,
//! unless a threshold on `checks` says how many may: on all of them, since what a summary says of a
//! check does not tell which tags it had.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use domain::reports::{ReportFormat, ReportSummary, Tally, TestOutcome, one_line, within_bounds};
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A metric in either form.
#[derive(Deserialize)]
pub(crate) struct Metric {
    #[serde(default)]
    thresholds: BTreeMap<String, Threshold>,
    /// Only in the newer form.
    #[serde(default)]
    values: Option<Map<String, Value>>,
    #[serde(flatten)]
    beside: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Threshold {
    /// Of `--summary-export`.
    Crossed(bool),
    /// Of `handleSummary`.
    Judged {
        ok: bool,
    },
    Unknown(IgnoredAny),
}

/// A group of checks; the root has no name.
#[derive(Deserialize)]
pub(crate) struct Group {
    #[serde(default)]
    name: String,
    #[serde(default)]
    groups: Members<Group>,
    #[serde(default)]
    checks: Members<Check>,
}

#[derive(Deserialize)]
struct Check {
    name: String,
    passes: u64,
    fails: u64,
}

/// A list in the newer form, the values of a mapping by name in the older.
struct Members<T>(Vec<T>);

impl<T> Default for Members<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

// By hand, because an untagged enum would copy the rest of the file at every level of groups.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Members<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MembersVisitor(PhantomData))
    }
}

struct MembersVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for MembersVisitor<T> {
    type Value = Members<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or a mapping of groups or checks")
    }

    fn visit_unit<E>(self) -> Result<Members<T>, E> {
        Ok(Members::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Members<T>, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = seq.next_element()? {
            members.push(member);
        }
        Ok(Members(members))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<T>, A::Error> {
        let mut members = Vec::new();
        while let Some((IgnoredAny, member)) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

/// How the run went, in the newer form.
#[derive(Deserialize)]
pub(crate) struct State {
    #[serde(default, rename = "testRunDurationMs")]
    duration_ms: Option<f64>,
}

/// The results of the machine-readable form.
#[derive(Deserialize)]
pub(crate) struct Results {
    #[serde(default)]
    checks: CheckResults,
    #[serde(default)]
    metrics: Vec<NamedMetric>,
}

#[derive(Default, Deserialize)]
struct CheckResults {
    /// `null` where the script has none.
    #[serde(default)]
    results: Option<Vec<Check>>,
}

#[derive(Deserialize)]
struct NamedMetric {
    name: String,
    #[serde(flatten)]
    metric: Metric,
}

/// What the machine-readable form says of itself.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    #[serde(default)]
    k6_version: Option<IgnoredAny>,
}

impl Metadata {
    /// Whether k6 wrote it.
    pub(crate) const fn is_of_k6(&self) -> bool {
        self.k6_version.is_some()
    }
}

/// What the machine-readable form says of the run.
#[derive(Deserialize)]
pub(crate) struct RunConfig {
    /// In seconds.
    #[serde(default)]
    duration: Option<f64>,
}

impl Metric {
    /// A value: the metric's own, whichever form it is in.
    fn number(&self, name: &str) -> Option<f64> {
        self.values.as_ref().unwrap_or(&self.beside).get(name)?.as_f64()
    }

    /// Whether its numbers show that nothing was measured; k6 lets a threshold on no samples hold.
    fn is_without_samples(&self, name: &str) -> bool {
        if self.values.as_ref().is_some_and(Map::is_empty) {
            return true;
        }
        if let (Some(passes), Some(fails)) = (self.number("passes"), self.number("fails")) {
            return passes + fails == 0.0;
        }
        if let Some(total) = self.number("total") {
            return total == 0.0;
        }
        // Of these none can be zero in every respect, or at most.
        let takes_time = [
            "http_req_duration",
            "http_req_waiting",
            "iteration_duration",
            "group_duration",
            "grpc_req_duration",
            "ws_session_duration",
            "ws_connecting",
            "browser_http_req_duration",
            "browser_web_vital_fcp",
            "browser_web_vital_lcp",
            "browser_web_vital_ttfb",
        ];
        let takes_time = takes_time.iter().any(|metric| name.split('{').next() == Some(metric));
        // What k6 measures itself may otherwise take no time at all, and a layout not shift; what a
        // script measures and is nothing in every respect was not measured.
        let of_k6 = ["http_req_", "ws_", "grpc_", "browser_", "vus", "data_"];
        let of_k6 = of_k6.iter().any(|begin| name.starts_with(begin));
        if let Some(count) = self.number("count") {
            // A counter has a rate beside it, and may well have counted nothing.
            return count == 0.0 && self.number("rate").is_none();
        }
        self.is_all_zero() && (takes_time || !of_k6)
            || takes_time && self.number("max") == Some(0.0)
    }

    /// Whether each statistic of a trend or gauge that was written is zero; which are, whoever runs the
    /// script chooses.
    fn is_all_zero(&self) -> bool {
        let is_statistic = |name: &str| {
            matches!(name, "avg" | "min" | "med" | "max" | "value") || name.starts_with("p(")
        };
        let of = self.values.as_ref().unwrap_or(&self.beside);
        let mut all = of.iter().filter(|(name, _)| is_statistic(name)).peekable();
        // A rate is a value by itself.
        let is_rate = of.contains_key("value") && !of.contains_key("min");
        all.peek().is_some() && !is_rate && all.all(|(_, value)| value.as_f64() == Some(0.0))
    }
}

/// Judges a machine-readable summary.
pub(crate) fn judge_results(results: Results, config: Option<&RunConfig>) -> ReportSummary {
    let metrics: BTreeMap<_, _> =
        results.metrics.into_iter().map(|metric| (metric.name, metric.metric)).collect();
    let checks = Members(results.checks.results.unwrap_or_default());
    let root = Group { name: String::new(), groups: Members::default(), checks };
    let duration_ms = config.and_then(|config| config.duration).map(|seconds| seconds * 1_000.0);
    let has_thresholds = metrics.values().any(|metric| !metric.thresholds.is_empty());
    let mut summary = judge(&metrics, Some(&root), Some(&State { duration_ms }));
    if !has_thresholds {
        summary.warnings.push(
            "This form of k6's summary leaves the thresholds out. Send `exit_status` with it, so \
             that one that was crossed counts."
                .to_owned(),
        );
    }
    summary
}

/// Judges a summary.
pub(crate) fn judge(
    metrics: &BTreeMap<String, Metric>,
    root: Option<&Group>,
    state: Option<&State>,
) -> ReportSummary {
    let mut tally = Tally::default();
    let mut tolerated = false;
    for (name, metric) in metrics {
        tolerated |= name == "checks" && !metric.thresholds.is_empty();
        for (rule, threshold) in &metric.thresholds {
            judge_threshold(name, metric, rule, threshold, &mut tally);
        }
    }
    if let Some(root) = root {
        walk(root, "", tolerated, &mut tally);
    }
    // Some leave the groups out; the metric still says how many checks failed.
    let failed = metrics.get("checks").and_then(|metric| metric.number("fails")).unwrap_or(0.0);
    let counted = root.map_or(0, failures);
    #[expect(clippy::cast_precision_loss, reason = "a run has far fewer than 2^52 checks")]
    if failed > counted as f64 && !tolerated {
        let message = format!("Checks failed {failed} times.");
        tally.count(TestOutcome::Failed, "", "checks", &message);
    }
    // What `setup()` asked for is no iteration.
    let iterations = metrics.get("iterations").and_then(|metric| metric.number("count"));
    if tally.tests() > 0 && iterations.is_none_or(|count| count <= 0.0) {
        tally.doubt("No iteration of the script ran to its end.".to_owned());
    }
    tally.duration_ms =
        state.and_then(|state| state.duration_ms).filter(|ms| ms.is_finite() && *ms >= 0.0);
    tally.finish(ReportFormat::K6)
}

fn judge_threshold(
    name: &str,
    metric: &Metric,
    rule: &str,
    threshold: &Threshold,
    tally: &mut Tally,
) {
    let title = format!("{name}: {rule}");
    tally.identify(name, &title);
    let ok = match threshold {
        Threshold::Crossed(crossed) => !crossed,
        Threshold::Judged { ok } => *ok,
        Threshold::Unknown(_) => {
            tally.count(
                TestOutcome::Errored,
                name,
                &title,
                "The threshold's result cannot be read.",
            );
            return;
        }
    };
    if !ok {
        tally.count(TestOutcome::Failed, name, &title, &format!("Threshold `{rule}` was crossed."));
    } else if metric.is_without_samples(name) {
        // k6 lets it hold; a criterion without data is none that was met.
        tally.count(TestOutcome::Skipped, name, &title, "");
        tally.doubt(format!("Nothing was measured for the threshold `{}`.", one_line(&title)));
    } else {
        tally.count(TestOutcome::Passed, name, &title, "");
    }
}

/// How often the checks of a group failed.
fn failures(group: &Group) -> u64 {
    let own = group.checks.0.iter().map(|check| check.fails);
    let within = group.groups.0.iter().map(failures);
    own.chain(within).fold(0, u64::saturating_add)
}

fn walk(group: &Group, above: &str, tolerated: bool, tally: &mut Tally) {
    let path = match (above, group.name.as_str()) {
        (path, "") | ("", path) => path.to_owned(),
        (above, name) => format!("{above} › {name}"),
    };
    let path = within_bounds(path);
    for check in &group.checks.0 {
        tally.identify(&path, &check.name);
        let of = check.passes.saturating_add(check.fails);
        let message = format!("Failed {} of {of} times.", check.fails);
        if of == 0 {
            tally.count(TestOutcome::Skipped, &path, &check.name, "");
        } else if check.fails == 0 {
            tally.count(TestOutcome::Passed, &path, &check.name, "");
        } else if tolerated {
            tally.tolerate(&check.name, &message);
        } else {
            tally.count(TestOutcome::Failed, &path, &check.name, &message);
        }
    }
    for group in &group.groups.0 {
        walk(group, &path, tolerated, tally);
    }
}
