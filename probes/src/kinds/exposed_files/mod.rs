//! Files that must not be served (`/.env`, `/.git/config`, backups, …) answer 403 or 404.
//!
//! A site that answers everything with a page of its own is told apart from a leak by content: a
//! path that cannot exist is asked for first, and what a listed file really looks like decides
//! before any likeness to that page does.

mod compare;
mod content;
mod judge;
mod paths;

use std::time::Duration;

use domain::measurement::{Exchange, Finding, Phase};
use futures::StreamExt as _;
use tokio::time::Instant;
use url::Url;

use self::compare::CatchAll;
use self::judge::Verdict;
use self::paths::{Exposed, PATHS};
use crate::client::{Answer, Request, SendError};
use crate::conditions::Facts;
use crate::context::{Run, base};
use crate::kinds::moved;
use crate::outcome::{Outcome, finding, overall, sentence};
use crate::redact;

const AT_ONCE: usize = 4;
const PER_PATH: Duration = Duration::from_secs(10);
const BODY_LIMIT_BYTES: usize = 64 * 1024;
const ABOUT: &str = "exposed files";

/// The most exchanges kept as evidence.
const EVIDENCE_KEPT: usize = 8;

/// One path looked at.
struct Looked {
    finding: Finding,
    exchanges: Vec<Exchange>,
    /// Whether the path answered at all.
    answered: bool,
}

pub(crate) async fn run(run: &Run<'_>, url: &str) -> Outcome {
    let base = match base(url) {
        Ok(base) => base,
        Err(outcome) => return outcome,
    };
    let deadline = Instant::now() + run.timeout;
    let (base, catch_all) = match site(run, base, deadline).await {
        Ok(site) => site,
        Err(error) => return Outcome::nothing_learnt(error, ABOUT),
    };

    // The futures are made before the stream drives them: a stream that maps borrows inside an
    // async function is refused where the whole is spawned.
    let looks: Vec<_> =
        PATHS.iter().map(|exposed| look(run, &base, exposed, &catch_all, deadline)).collect();
    let looked: Vec<Looked> = futures::stream::iter(looks).buffered(AT_ONCE).collect().await;
    conclude(run, &base, looked, catch_all.sample())
}

/// Where the site really lives and what it answers for unknown paths: a base address in clear often
/// only redirects everything to HTTPS, and judging that redirect would judge nothing.
async fn site(
    run: &Run<'_>,
    mut base: Url,
    deadline: Instant,
) -> Result<(Url, CatchAll), SendError> {
    for _ in 0..moved::MOVES {
        let catch_all = catch_all(run, &base, deadline).await?;
        let Some(moved) = catch_all.moved_to() else { return Ok((base, catch_all)) };
        let path = base.path().to_owned();
        base = moved;
        base.set_path(&path);
    }
    let catch_all = catch_all(run, &base, deadline).await?;
    Ok((base, catch_all))
}

async fn catch_all(run: &Run<'_>, base: &Url, deadline: Instant) -> Result<CatchAll, SendError> {
    let mut answers = Vec::new();
    for path in &compare::sample_paths(base) {
        answers.push(get(run, base, path, deadline).await?);
    }
    Ok(CatchAll::of(answers))
}

async fn get(
    run: &Run<'_>,
    base: &Url,
    path: &str,
    deadline: Instant,
) -> Result<Answer, SendError> {
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
    run.client.send(request).await
}

async fn look(
    run: &Run<'_>,
    base: &Url,
    exposed: &Exposed,
    catch_all: &CatchAll,
    deadline: Instant,
) -> Looked {
    let answer = match get(run, base, exposed.path, deadline).await {
        Ok(answer) => answer,
        Err(error) => {
            let phase = match error.blame() {
                crate::client::Blame::Service => Phase::Inconclusive,
                crate::client::Blame::Ours => Phase::Error,
            };
            let finding = finding(exposed.path, phase, format!("no answer: {error}"));
            return Looked { finding, exchanges: error.exchanges, answered: false };
        }
    };
    let Verdict { phase, detail, excerpt } = judge::judge(exposed, &answer, catch_all);
    let mut exchanges = Vec::new();
    if phase != Phase::Successful {
        exchanges = answer.exchanges;
        if let (Some(excerpt), Some(last)) = (excerpt, exchanges.last_mut()) {
            last.excerpt = excerpt;
        }
    }
    Looked { finding: finding(exposed.path, phase, detail), exchanges, answered: true }
}

fn conclude(run: &Run<'_>, base: &Url, looked: Vec<Looked>, sample: Vec<Exchange>) -> Outcome {
    let total = looked.len();
    let answered = looked.iter().filter(|one| one.answered).count();
    let place = redact::url(base);
    let mut exchanges = sample;
    // Leaks are the evidence that must not fall to the limit.
    for wanted in [Phase::Failed, Phase::Inconclusive, Phase::Error] {
        for one in looked.iter().filter(|one| one.finding.phase == wanted) {
            if exchanges.len() < EVIDENCE_KEPT {
                exchanges.extend(one.exchanges.iter().cloned());
            }
        }
    }
    let findings: Vec<Finding> = looked.into_iter().map(|one| one.finding).collect();
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
    run.with_conditions(outcome, &facts)
}
