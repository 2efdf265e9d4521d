//! Files that must not be served (`/.env`, `/.git/config`, backups, …) answer 403 or 404.
//!
//! A site that answers everything with a page of its own is told apart from a leak by content: a
//! path that cannot exist is asked for first, and what a listed file really looks like decides
//! before any likeness to that page does.

mod catch_all;
mod content;
mod evaluate;
mod paths;

use std::time::Duration;

use domain::measurement::{Exchange, Finding, Phase};
use futures::StreamExt as _;
use tokio::time::Instant;
use url::Url;

use self::catch_all::CatchAll;
use self::evaluate::Verdict;
use self::paths::{Exposed, PATHS};
use crate::client::{Request, Response, SendError};
use crate::conditions::Facts;
use crate::context::{ProbeContext, parse_base_url};
use crate::kinds::origin_redirect;
use crate::outcome::{Outcome, finding, overall, sentence};
use crate::redact;

const AT_ONCE: usize = 4;
const PER_PATH: Duration = Duration::from_secs(10);
const BODY_LIMIT_BYTES: usize = 64 * 1024;
const ABOUT: &str = "exposed files";

/// The most exchanges kept as evidence.
const EVIDENCE_KEPT: usize = 8;

/// What asking for one path showed.
struct PathResult {
    finding: Finding,
    exchanges: Vec<Exchange>,
    /// Whether the path answered at all.
    answered: bool,
}

pub(crate) async fn run(context: &ProbeContext<'_>, url: &str) -> Outcome {
    let base = match parse_base_url(url) {
        Ok(base) => base,
        Err(outcome) => return outcome,
    };
    let deadline = Instant::now() + context.timeout;
    let (base, catch_all) = match site(context, base, deadline).await {
        Ok(site) => site,
        Err(error) => return Outcome::nothing_learnt(error, ABOUT),
    };

    // The futures are made before the stream drives them: a stream that maps borrows inside an
    // async function is refused where the whole is spawned.
    let checks: Vec<_> = PATHS
        .iter()
        .map(|exposed| check_path(context, &base, exposed, &catch_all, deadline))
        .collect();
    let results: Vec<PathResult> = futures::stream::iter(checks).buffered(AT_ONCE).collect().await;
    conclude(context, &base, results, catch_all.sample()).await
}

/// Where the site really lives and what it answers for unknown paths: a base address in clear often
/// only redirects everything to HTTPS, and judging that redirect would judge nothing.
async fn site(
    context: &ProbeContext<'_>,
    mut base: Url,
    deadline: Instant,
) -> Result<(Url, CatchAll), SendError> {
    for _ in 0..origin_redirect::MAX_ORIGIN_REDIRECTS {
        let catch_all = catch_all(context, &base, deadline).await?;
        let Some(moved) = catch_all.origin_redirect() else { return Ok((base, catch_all)) };
        let path = base.path().to_owned();
        base = moved;
        base.set_path(&path);
    }
    let catch_all = catch_all(context, &base, deadline).await?;
    Ok((base, catch_all))
}

async fn catch_all(
    context: &ProbeContext<'_>,
    base: &Url,
    deadline: Instant,
) -> Result<CatchAll, SendError> {
    let mut answers = Vec::new();
    for path in &catch_all::sample_paths(base) {
        answers.push(get(context, base, path, deadline).await?);
    }
    Ok(CatchAll::of(answers))
}

async fn get(
    context: &ProbeContext<'_>,
    base: &Url,
    path: &str,
    deadline: Instant,
) -> Result<Response, SendError> {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    // The listed files lie at the root of the site's folder, which may be a subfolder.
    let folder = base.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("{folder}{path}"));
    let left = deadline.saturating_duration_since(Instant::now());
    let request = Request::get(url.as_str())?
        .timeout(left.min(PER_PATH))
        .body_limit_bytes(BODY_LIMIT_BYTES)
        .redirects(0);
    context.send(request).await
}

async fn check_path(
    context: &ProbeContext<'_>,
    base: &Url,
    exposed: &Exposed,
    catch_all: &CatchAll,
    deadline: Instant,
) -> PathResult {
    let answer = match get(context, base, exposed.path, deadline).await {
        Ok(answer) => answer,
        Err(error) => {
            let phase = match error.blame() {
                crate::client::Blame::Service => Phase::Inconclusive,
                crate::client::Blame::Ours => Phase::Error,
            };
            let finding = finding(exposed.path, phase, format!("no answer: {error}"));
            return PathResult { finding, exchanges: error.exchanges, answered: false };
        }
    };
    let Verdict { phase, detail, excerpt } = evaluate::evaluate(exposed, &answer, catch_all);
    let mut exchanges = Vec::new();
    if phase != Phase::Successful {
        exchanges = answer.exchanges;
        if let (Some(excerpt), Some(last)) = (excerpt, exchanges.last_mut()) {
            last.excerpt = excerpt;
        }
    }
    PathResult { finding: finding(exposed.path, phase, detail), exchanges, answered: true }
}

async fn conclude(
    context: &ProbeContext<'_>,
    base: &Url,
    results: Vec<PathResult>,
    sample: Vec<Exchange>,
) -> Outcome {
    let total = results.len();
    let answered = results.iter().filter(|one| one.answered).count();
    let place = redact::url(base);
    let mut exchanges = sample;
    // Leaks are the evidence that must not fall to the limit.
    for wanted in [Phase::Failed, Phase::Inconclusive, Phase::Error] {
        for one in results.iter().filter(|one| one.finding.phase == wanted) {
            if exchanges.len() < EVIDENCE_KEPT {
                exchanges.extend(one.exchanges.iter().cloned());
            }
        }
    }
    let findings: Vec<Finding> = results.into_iter().map(|one| one.finding).collect();
    let phase = overall(&findings);
    let named = |wanted: Phase| {
        let paths: Vec<&str> = findings
            .iter()
            .filter(|finding| finding.phase == wanted)
            .map(|finding| finding.subject.as_str())
            .collect();
        paths.join(", ")
    };
    let count = |wanted: Phase| findings.iter().filter(|f| f.phase == wanted).count();
    let leaks = count(Phase::Failed);
    let (text, short) = match phase {
        Phase::Failed => {
            let verb = if leaks == 1 { "gives away a file" } else { "gives away files" };
            let list = named(Phase::Failed);
            (
                format!("{place} {verb} that must not be served: {list}; expected 403 or 404"),
                format!("{leaks} exposed"),
            )
        }
        Phase::Inconclusive | Phase::Error => {
            let list = named(phase);
            let unclear = count(Phase::Inconclusive) + count(Phase::Error);
            (
                format!(
                    "{place}: {unclear} of {total} paths could not be judged ({list}), the others \
                     are not served; expected 403 or 404"
                ),
                format!("{unclear} unclear"),
            )
        }
        Phase::Successful => (
            format!("{place} serves none of the {total} paths that must not be served"),
            format!("{total} closed"),
        ),
    };
    #[expect(clippy::cast_precision_loss, reason = "a few dozen at most")]
    let value = leaks as f64;
    let outcome =
        Outcome::new(phase, sentence(&text), short).findings(findings).exchanges(exchanges);
    // Without an answer from every path, "none" would not be a count.
    let outcome = if answered == total || leaks > 0 { outcome.value(value) } else { outcome };
    let facts = Facts { value: outcome.value, ..Facts::default() };
    context.with_conditions(outcome, facts).await
}
