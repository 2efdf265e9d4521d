//! Adding measurements, many at a time: a few statements for all of them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::{
    ids::{CheckId, DeploymentId},
    measurement::{Measurement, Phase},
};

use uuid::Uuid;

use super::{
    evidence_body,
    outcomes::{self, Digest, Numbers, Outcome},
    pictures,
};
use crate::{
    bulk,
    db::{Connection, Kind, Query, Row},
    error::StoreError,
    tx::Tx,
};

/// For how long the evidence of a good measurement stands for those after it, in milliseconds.
const EVIDENCE_EVERY_MS: i64 = 60_000;

/// How many measurements of a check keep what was sent and received, how many of those where that is
/// more than [`LARGE_BYTES`], and how many their pictures: a check whose phase changes with each run
/// must not fill the disk.
const TURNS_KEPT: i64 = 2_000;
const LARGE_TURNS_KEPT: i64 = 20;
const PICTURED_TURNS_KEPT: i64 = 20;
/// What is large, in bytes.
const LARGE_BYTES: i64 = 64 * 1024;

/// A measurement to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewMeasurement<'a> {
    /// By which check.
    pub check: CheckId,
    /// When the check was last changed before it was run: one that has been changed or retired
    /// since was asked for other things.
    pub version: DateTime<Utc>,
    /// The deployment it was made for.
    pub deployment: Option<DeploymentId>,
    /// From when on what the check measures counts: an older measurement is none before this one.
    pub counts_since: DateTime<Utc>,
    /// In which stretch of that deployment's watch strip it shows, where it does.
    pub stretch: Option<i64>,
    /// Whether a person asked for it: its evidence is kept.
    pub asked: bool,
    /// What was seen.
    pub measured: &'a Measurement,
}

/// What adding a measurement came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// The check has been changed or retired meanwhile, or has one of that millisecond, which
    /// stands.
    Not,
    /// It says what the one before said, or it is not the newest.
    Steady,
    /// The check's first that counts for this deployment, or another phase than the one before.
    Turned,
}

/// The newest measurement of a check, as numbers.
#[derive(Debug, Clone)]
struct State {
    no: i64,
    at: i64,
    deployment: Option<DeploymentId>,
    numbers: Numbers,
    phase: Phase,
    outcome: i64,
    evidence_at: i64,
    evidence_turning: bool,
}

/// What the newest measurement of a check said, and on which day that was last said.
struct Said {
    digest: Digest,
    outcome: i64,
    on: i64,
}

/// A row of `measurements`.
struct Kept {
    check_no: i64,
    at: i64,
    numbers: Numbers,
    outcome: i64,
}

/// A row of `measurement_evidence`.
struct Proof {
    check: CheckId,
    at: i64,
    turning: bool,
    body: String,
}

/// A time as measurements keep it: milliseconds since 1970, rounded up, so that what was measured
/// after something is never kept as before it.
#[must_use]
pub const fn millis_up(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros().div_euclid(1_000) + (at.timestamp_micros().rem_euclid(1_000) > 0) as i64
}

/// Adds measurements; answers what each came to, in their order.
///
/// What was sent and received is kept of a measurement at which the check's phase changed, of each
/// deployment's last, of one that a person asked for or that has pictures, and of others once a
/// minute; the newest such takes the place of the one before it. Of a check that changes often the
/// newest 2,000 are kept, 20 of those that are large or have pictures.
///
/// # Errors
/// What the database says.
pub async fn add(
    tx: &mut Tx,
    new: &[NewMeasurement<'_>],
    now: DateTime<Utc>,
) -> Result<Vec<Added>, StoreError> {
    tx.cache.forget::<super::NewestOfEnvironment>();
    let link: &mut Connection = tx;
    let Known { mut states, versions, said } = known(link, new).await?;
    let mut next = None;
    let today = now.timestamp().div_euclid(86_400);
    let mut others = HashMap::new();
    let says: Vec<_> = new
        .iter()
        .map(|one| {
            let numbers = Numbers::of(one.measured);
            let outcome = Outcome::of(one.measured, numbers);
            let (digest, phase) = (outcome.digest(), outcome.phase);
            // Mostly a check says what it said before, which need not be looked for.
            let as_before = said.get(&one.check);
            let as_before = as_before.filter(|said| said.digest == digest && said.on >= today);
            let number = as_before.map(|said| said.outcome);
            if number.is_none() {
                others.entry(digest).or_insert(outcome);
            }
            (numbers, phase, digest, number)
        })
        .collect();
    let numbered = outcomes::numbered(link, others, today).await?;

    let mut added = Vec::with_capacity(new.len());
    let mut kept = Vec::with_capacity(new.len());
    let (mut proofs, mut shown) = (Vec::new(), Vec::new());
    let mut gone = Vec::new();
    let mut stretches: BTreeMap<(DeploymentId, i64), [i64; 3]> = BTreeMap::new();
    let mut changed: BTreeSet<CheckId> = BTreeSet::new();
    for (one, (numbers, phase, digest, number)) in new.iter().zip(says) {
        let at = millis_up(one.measured.started_at);
        let number = number.or_else(|| numbered.get(&digest).copied()).unwrap_or_default();
        let before = states.get(&one.check);
        let stale = versions.get(&one.check) != Some(&one.version);
        if stale || before.is_some_and(|before| before.at == at) {
            added.push(Added::Not);
            continue;
        }
        let check_no = match before {
            Some(before) => before.no,
            None => next_no(link, &mut next).await?,
        };
        kept.push(Kept { check_no, at, numbers, outcome: number });
        // One that arrives late changes nothing else, unless what came before it lies in the
        // future: then the clock was put back, and what comes later is later.
        if before.is_some_and(|before| before.at > at && before.at <= millis_up(now)) {
            added.push(Added::Steady);
            continue;
        }
        if let (Some(deployment), Some(stretch)) = (one.deployment, one.stretch) {
            let counts = stretches.entry((deployment, stretch)).or_default();
            counts[kind(phase)] += 1;
        }
        let turning = before.is_none_or(|before| before.phase != phase);
        let elsewhere = before.is_none_or(|before| before.deployment != one.deployment);
        let first = before.is_none_or(|before| before.at < millis_up(one.counts_since));
        let turned = turning || elsewhere || first;
        added.push(if turned { Added::Turned } else { Added::Steady });
        let old = before.is_none_or(|before| (at - before.evidence_at).abs() >= EVIDENCE_EVERY_MS);
        // A failure for another reason than the one before is no proof for that one.
        let other =
            phase != Phase::Successful && before.is_some_and(|before| before.outcome != number);
        let pictured = !one.measured.pictures.is_empty();
        let prove = turning || elsewhere || old || other || one.asked || pictured;
        if prove {
            let body = evidence_body::of(one.measured)?;
            shown.extend(pictures::rows(one.check, at, &one.measured.pictures));
            if let Some(before) = before.filter(|one| !one.evidence_turning && !elsewhere) {
                gone.push((one.check, before.evidence_at));
            }
            proofs.push(Proof { check: one.check, at, turning, body });
        }
        let (evidence_at, evidence_turning) = match before {
            Some(before) if !prove => (before.evidence_at, before.evidence_turning),
            _ => (at, turning),
        };
        let state = State {
            no: check_no,
            at,
            deployment: one.deployment,
            numbers,
            phase,
            outcome: number,
            evidence_at,
            evidence_turning,
        };
        states.insert(one.check, state);
        changed.insert(one.check);
    }
    // What a later one of these takes the place of is not written in the first place.
    let replaced: HashSet<_> = gone.iter().copied().collect();
    proofs.retain(|proof: &Proof| !replaced.contains(&(proof.check, proof.at)));
    shown.retain(|row| !replaced.contains(&row.belongs_to()));
    let mut turned: BTreeMap<Uuid, i64> = BTreeMap::new();
    for proof in proofs.iter().filter(|proof| proof.turning) {
        *turned.entry(proof.check.0).or_default() += 1;
    }
    // In the order their rows lie in: those on one page are written together.
    let changed = changed.into_iter().filter_map(|id| Some((id, states.remove(&id)?))).collect();
    kept.sort_unstable_by_key(|row: &Kept| (row.check_no, row.at));
    keep(link, kept).await?;
    put_states(link, changed).await?;
    put_stretches(link, stretches).await?;
    prove(link, proofs, gone).await?;
    pictures::add(link, shown).await?;
    bound_turns(link, &turned).await?;
    Ok(added)
}

/// Which of a stretch's counts a phase adds to: good, unsure, bad.
const fn kind(phase: Phase) -> usize {
    match phase {
        Phase::Successful => 0,
        Phase::Error | Phase::Inconclusive => 1,
        Phase::Failed => 2,
    }
}

/// What is known of checks: where each stands, when those in use were last changed, and what each
/// said last.
struct Known {
    states: HashMap<CheckId, State>,
    versions: HashMap<CheckId, DateTime<Utc>>,
    said: HashMap<CheckId, Said>,
}

async fn known(link: &mut Connection, new: &[NewMeasurement<'_>]) -> Result<Known, StoreError> {
    let ids: BTreeSet<_> = new.iter().map(|one| one.check.0).collect();
    // SQLite would take the table's own index, and then read each check's whole row.
    let index = if link.kind() == Kind::Sqlite { "INDEXED BY checks_changed" } else { "" };
    let head = format!(
        "SELECT c.id, c.updated_at, c.retired_at, s.no, s.at, s.deployment_id, s.beyond_us, \
         s.thousandths, s.value, s.outcome, s.evidence_at, s.evidence_turning, o.phase, o.digest, \
         o.used_on FROM checks c {index} LEFT JOIN check_states s ON s.check_id = c.id \
         LEFT JOIN outcomes o ON o.no = s.outcome"
    );
    let found = bulk::among(link, &head, "c.id", ids.into_iter().collect(), |row: &Row| {
        let (mut state, mut said) = (None, None);
        if let Some(no) = row.get::<Option<i64>>("no")? {
            let known = State {
                no,
                at: row.get("at")?,
                deployment: row.get::<Option<_>>("deployment_id")?.map(DeploymentId),
                numbers: super::numbers(row)?,
                phase: row.word("phase", Phase::parse)?,
                outcome: row.get("outcome")?,
                evidence_at: row.get("evidence_at")?,
                evidence_turning: row.get("evidence_turning")?,
            };
            // What was said before digests were kept has none.
            let digest: Option<Vec<u8>> = row.get("digest")?;
            if let Some(digest) = digest.and_then(|digest| digest.try_into().ok()) {
                said = Some(Said { digest, outcome: known.outcome, on: row.get("used_on")? });
            }
            state = Some(known);
        }
        let retired: Option<i64> = row.get("retired_at")?;
        let version = row.time("updated_at")?;
        Ok((CheckId(row.get("id")?), (state, said), version, retired.is_some()))
    });
    let mut known =
        Known { states: HashMap::new(), versions: HashMap::new(), said: HashMap::new() };
    for (id, (state, said), version, retired) in found.await? {
        known.states.extend(state.map(|state| (id, state)));
        known.said.extend(said.map(|said| (id, said)));
        known.versions.extend((!retired).then_some((id, version)));
    }
    Ok(known)
}

/// A number for a check that measures for the first time. Writers come one at a time.
async fn next_no(link: &mut Connection, next: &mut Option<i64>) -> Result<i64, StoreError> {
    let no = match *next {
        Some(no) => no,
        None => {
            let sql = "SELECT coalesce(max(no), 0) + 1 AS no FROM check_states";
            link.query(sql).fetch_one().await?.get("no")?
        }
    };
    *next = Some(no + 1);
    Ok(no)
}

async fn keep(link: &mut Connection, kept: Vec<Kept>) -> Result<(), StoreError> {
    let head = "INSERT INTO measurements (check_no, at, beyond_us, thousandths, value, outcome)";
    // One that arrives late may be there already.
    let tail = "ON CONFLICT (check_no, at) DO NOTHING";
    bulk::insert(link, head, 6, tail, kept, |query, row| {
        let thousandths = row.numbers.thousandths();
        query
            .bind(row.check_no)
            .bind(row.at)
            .bind(row.numbers.beyond_us())
            .bind(thousandths)
            .bind(row.numbers.value.filter(|_| thousandths.is_none()))
            .bind(row.outcome)
    })
    .await
    .map(drop)
}

async fn put_states(
    link: &mut Connection,
    states: Vec<(CheckId, State)>,
) -> Result<(), StoreError> {
    let head = "INSERT INTO check_states (check_id, no, at, deployment_id, beyond_us, thousandths, \
                value, outcome, evidence_at, evidence_turning)";
    let tail = "ON CONFLICT (check_id) DO UPDATE SET at = excluded.at, \
                deployment_id = excluded.deployment_id, beyond_us = excluded.beyond_us, \
                thousandths = excluded.thousandths, value = excluded.value, \
                outcome = excluded.outcome, evidence_at = excluded.evidence_at, \
                evidence_turning = excluded.evidence_turning";
    bulk::insert(link, head, 10, tail, states, |query, (id, state)| {
        let thousandths = state.numbers.thousandths();
        query
            .bind(id.0)
            .bind(state.no)
            .bind(state.at)
            .bind(state.deployment.map(|id| id.0))
            .bind(state.numbers.beyond_us())
            .bind(thousandths)
            .bind(state.numbers.value.filter(|_| thousandths.is_none()))
            .bind(state.outcome)
            .bind(state.evidence_at)
            .bind(state.evidence_turning)
    })
    .await
    .map(drop)
}

async fn put_stretches(
    link: &mut Connection,
    stretches: BTreeMap<(DeploymentId, i64), [i64; 3]>,
) -> Result<(), StoreError> {
    let head = "INSERT INTO watch_stretches (deployment_id, stretch, good, unsure, bad)";
    let tail = "ON CONFLICT (deployment_id, stretch) DO UPDATE SET \
                good = watch_stretches.good + excluded.good, \
                unsure = watch_stretches.unsure + excluded.unsure, \
                bad = watch_stretches.bad + excluded.bad";
    let counted = stretches.into_iter().collect();
    bulk::insert(link, head, 5, tail, counted, |query, ((id, stretch), [good, unsure, bad])| {
        query.bind(id.0).bind(stretch).bind(good).bind(unsure).bind(bad)
    })
    .await
    .map(drop)
}

/// Removes what checks keep beyond their newest; by how many each has turned now.
async fn bound_turns(
    link: &mut Connection,
    turned: &BTreeMap<Uuid, i64>,
) -> Result<(), StoreError> {
    fn of(query: Query<'_>, check: Uuid) -> Query<'_> {
        query.bind(check).bind(check)
    }

    let head = "DELETE FROM measurement_evidence";
    let older = format!(
        "(check_id = ? AND at <= (SELECT e.at FROM measurement_evidence e WHERE e.check_id = ? \
         ORDER BY e.at DESC LIMIT 1 OFFSET {TURNS_KEPT}))"
    );
    let checks: Vec<Uuid> = turned.keys().copied().collect();
    bulk::delete(link, head, &older, checks.clone(), of).await?;
    // Of those that were beyond it before, the large ones are gone.
    let looked_at = turned.values().max().copied().unwrap_or_default();
    let large = format!(
        "(check_id = ? AND at IN (SELECT e.at FROM measurement_evidence e WHERE e.check_id = ? \
         ORDER BY e.at DESC LIMIT {looked_at} OFFSET {LARGE_TURNS_KEPT}) \
         AND length(body) > {LARGE_BYTES})"
    );
    bulk::delete(link, head, &large, checks.clone(), of).await?;
    let head = "DELETE FROM measurement_pictures";
    let older = format!(
        "(check_id = ? AND at <= (SELECT p.at FROM measurement_pictures p WHERE p.check_id = ? \
         GROUP BY p.at ORDER BY p.at DESC LIMIT 1 OFFSET {PICTURED_TURNS_KEPT}))"
    );
    bulk::delete(link, head, &older, checks, of).await
}

async fn prove(
    link: &mut Connection,
    proofs: Vec<Proof>,
    gone: Vec<(CheckId, i64)>,
) -> Result<(), StoreError> {
    let head = "INSERT INTO measurement_evidence (check_id, at, turning, body)";
    bulk::insert(link, head, 4, "", proofs, |query, proof| {
        query.bind(proof.check.0).bind(proof.at).bind(proof.turning).bind(proof.body)
    })
    .await?;
    let (head, key) = ("DELETE FROM measurement_evidence", "(check_id = ? AND at = ?)");
    bulk::delete(link, head, key, gone, |query, (check, at)| query.bind(check.0).bind(at)).await
}
