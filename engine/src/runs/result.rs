//! A result of an item, posted by a script.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    attested::{Attestation, Attested as _},
    event::Event,
    evidence::Evidence,
    ids::EvidenceId,
    item::{AutomatedStatus, Item, ItemState, PostedReport, PostedResult},
    item_permissions::{ItemAct, authorize_item},
    permissions::{Permission, authorize},
    run::Run,
    validate,
    watch::WatchState,
};
use serde::{Deserialize, Serialize};
use store::{
    Tx, deployments,
    runs::{evidence, items},
};

use super::{
    ItemView, RunRef, Runs, began,
    evaluate::evaluate_item,
    find::find_item,
    revoke::{revoke, revoke_where_failed},
    update_verdict,
};
use crate::{
    Error,
    audit::entry,
    error::ValidationErrors,
    idempotency::{Committed, Idempotency},
    ids::new_id,
};

/// What a result says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResultStatus {
    /// Good.
    Passed,
    /// Bad.
    Failed,
}

/// A result.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResultRequest {
    /// Whether it passed or failed.
    pub status: ResultStatus,
    /// What was seen, in a sentence.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub summary: Option<String>,
    /// Where there is more: an absolute `http` or `https` address.
    #[serde(default)]
    #[schema(max_length = 2048)]
    pub evidence_url: Option<String>,
    /// When the job began.
    #[serde(default)]
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended. One that ended before the last one of the same token is kept as evidence and does
    /// not take its place, in whatever order they arrive.
    #[serde(default)]
    pub finished_at: Option<DateTime<Utc>>,
    /// Whatever else is worth keeping, at most 16 kB.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub details: Option<serde_json::Map<String, serde_json::Value>>,
}

/// A result as it is kept.
pub(super) struct NewResult {
    pub(super) word: AutomatedStatus,
    pub(super) source_kind: &'static str,
    pub(super) label: String,
    pub(super) summary: String,
    pub(super) url: Option<String>,
    pub(super) started_at: Option<DateTime<Utc>>,
    pub(super) finished_at: Option<DateTime<Utc>>,
    pub(super) details: String,
}

impl ResultRequest {
    /// The word, and the sentence it is told in where it brings none of its own.
    pub(crate) fn said_by(&self, name: &str) -> (AutomatedStatus, String) {
        let word = match self.status {
            ResultStatus::Passed => AutomatedStatus::Passed,
            ResultStatus::Failed => AutomatedStatus::Failed,
        };
        let told = || format!("{name} says it {}.", word.as_str());
        (word, self.summary.clone().unwrap_or_else(told))
    }
}

impl Runs<'_> {
    /// Takes a script's result on an item.
    ///
    /// # Errors
    /// Where the token may not, a field is at fault, the item is a person's, or the run is closed.
    pub async fn post_result(
        self,
        actor: &Actor,
        at: impl Into<RunRef>,
        key: &str,
        request: ResultRequest,
        idempotency: Option<Idempotency<ItemView>>,
    ) -> Result<Committed<ItemView>, Error> {
        authorize(actor, Permission::PostResult, None)?;
        let now = self.0.now();
        let (actor, at, key) = (actor.clone(), at.into(), key.to_owned());
        self.0
            .write_once(idempotency, move |tx| {
                Box::pin(async move {
                    let item = post_result(tx, &actor, at, &key, request, now).await?;
                    Ok(ItemView::of(&item, &[], now))
                })
            })
            .await
    }
}

/// As [`Runs::post_result`], in a transaction of the caller's.
///
/// # Errors
/// As [`Runs::post_result`].
pub async fn post_result(
    tx: &mut Tx,
    actor: &Actor,
    at: RunRef,
    key: &str,
    request: ResultRequest,
    now: DateTime<Utc>,
) -> Result<Item, Error> {
    let details = check(&request, now)?;
    let (run, mut item) = find_item(tx, at, key).await?;
    authorize(actor, Permission::PostResult, Some(&run.service))?;
    if let Some(ended) = request.finished_at.filter(|ended| *ended < run.opened_at) {
        return Err(Error::field(
            "/finished_at",
            format!(
                "{ended} lies before {}, which was {}: it is of what ran there before",
                began(run.subject),
                run.opened_at
            ),
        ));
    }
    let (word, summary) = request.said_by(actor.name());
    let act = result_act(tx, &run, word).await?;
    authorize_item(act, key, item.actor, (run.subject, run.state), actor)?;
    let result = NewResult {
        word,
        source_kind: "token",
        label: actor.name().to_owned(),
        summary,
        url: request.evidence_url,
        started_at: request.started_at,
        // A sender's clock may be ahead of ours: nothing ended later than now.
        finished_at: request.finished_at.map(|ended| ended.min(now)),
        details,
    };
    apply_result(tx, actor, &run, &mut item, result, now).await?;
    Ok(item)
}

/// What posting such a result is. A failure of what is signed off, and is there still, takes the
/// sign-off back; nothing else changes a run that is closed.
pub(super) async fn result_act(
    tx: &mut Tx,
    run: &Run,
    word: AutomatedStatus,
) -> Result<ItemAct, Error> {
    if run.state != WatchState::SignedOff || word != AutomatedStatus::Failed {
        return Ok(ItemAct::Result);
    }
    // After a rollback that is the release it went back to.
    let there = deployments::running(tx, run.service_id, &run.environment).await?;
    let is_there = there.is_some_and(|there| run.id == there.id.into());
    Ok(if is_there { ItemAct::LateFailure } else { ItemAct::Result })
}

/// What the names begin with under which results of other scripts stand: no report is called so.
pub(super) const OF_RESULTS: &str = "result of ";

/// Keeps the failure that another script posted beside the result this one posts now, and forgets what
/// this one's stood for before: each takes back its own word alone.
async fn stand_beside(tx: &mut Tx, item: &mut Item, by: &str) -> Result<(), Error> {
    let named = |by: &str| format!("{OF_RESULTS}{by}");
    let before = item.reports.len();
    item.reports.retain(|known| known.name != named(by));
    let other = item.posted_result.take();
    let other = other.filter(|said| said.by != by && said.word == AutomatedStatus::Failed);
    if let Some(said) = other {
        item.reports.retain(|known| known.name != named(&said.by));
        item.reports.push(PostedReport {
            name: named(&said.by),
            word: said.word,
            sentence: said.sentence,
            by: said.by,
            at: said.at,
        });
    } else if item.reports.len() == before {
        return Ok(());
    }
    items::set_reports(tx, item).await?;
    Ok(())
}

/// Whether a result is of work that ended before that of the one its source posted already: jobs do
/// not arrive in the order they end in. It is evidence, and changes nothing.
async fn is_overtaken(tx: &mut Tx, item: &Item, result: &NewResult) -> Result<bool, Error> {
    let Some(ended) = result.finished_at else { return Ok(false) };
    let last = evidence::last_finished(tx, item.id, result.source_kind, &result.label).await?;
    Ok(last.is_some_and(|last| ended < last))
}

/// Keeps a result of an item and evaluates what follows from it.
pub(super) async fn apply_result(
    tx: &mut Tx,
    actor: &Actor,
    run: &Run,
    item: &mut Item,
    result: NewResult,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let is_news = !item
        .posted_result
        .as_ref()
        .is_some_and(|said| said.by == result.label && said.word == AutomatedStatus::Failed);
    if !is_overtaken(tx, item, &result).await? {
        stand_beside(tx, item, &result.label).await?;
        item.posted_result = Some(PostedResult {
            word: result.word,
            sentence: result.summary.clone(),
            by: result.label.clone(),
            at: now,
        });
    }
    apply_evidence(tx, actor, run, item, (result, is_news), now).await
}

/// Keeps evidence of an item, of which is written down already what it says, and evaluates what
/// follows from it; with it, whether its source did not say before that it failed.
pub(super) async fn apply_evidence(
    tx: &mut Tx,
    actor: &Actor,
    run: &Run,
    item: &mut Item,
    (result, is_news): (NewResult, bool),
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let word = result.word;
    let because = format!("{} failed: {}", item.key, result.summary);
    let said = item.machine.as_ref().map(|(word, _)| *word);
    let failed_before = match item.state {
        // Of what does not apply each is signed for by its own name.
        ItemState::NotRequired => !is_news,
        state => state == ItemState::Failed || said == Some(AutomatedStatus::Failed),
    };
    let evidence = insert_evidence(tx, run, item, result, now);
    if run.state == WatchState::SignedOff {
        items::update(tx, item).await?;
        let revoked = revoke_where_failed(tx, run, now).await?;
        // What fails in a box that need not be closed, or was waived, is signed for by name: of this
        // nobody knew.
        if !revoked && !failed_before && fails(item) {
            revoke(tx, run, because, now).await?;
        }
        if let Some(now_is) = tx.item(run.id, &item.key).await? {
            *item = now_is;
        }
    } else if evaluate_item(tx, run, item, now).await?.gate {
        update_verdict(tx, run, now).await?;
    }
    entry(actor, now, "item.result", "item", &item.key)
        .run(run.id)
        .says(format!("reported {}: {}", item.title, word.as_str()))
        .with("evidence", evidence.id.to_string())
        .attests(&evidence)
        .with("state", item.state.as_str())
        .record(tx);
    tx.publish(Event::run_changed(run.id));
    Ok(())
}

/// Whether what was posted on an item says now that it failed.
fn fails(item: &Item) -> bool {
    let posted = item.posted_result.iter().map(|said| said.word);
    posted
        .chain(item.reports.iter().map(|one| one.word))
        .any(|word| word == AutomatedStatus::Failed)
}

pub(super) fn insert_evidence(
    tx: &mut Tx,
    run: &Run,
    item: &Item,
    result: NewResult,
    now: DateTime<Utc>,
) -> Attestation {
    let record = Evidence {
        id: EvidenceId(new_id()),
        run_id: run.id,
        item_id: item.id,
        at: now,
        source_kind: result.source_kind.into(),
        source_name: result.label,
        status: result.word.as_str().into(),
        summary: result.summary,
        url: result.url,
        started_at: result.started_at,
        finished_at: result.finished_at,
        details: result.details,
    };
    let attestation = record.attestation();
    evidence::insert(tx, record);
    attestation
}

/// Checks the fields; answers the details as text.
fn check(request: &ResultRequest, now: DateTime<Utc>) -> Result<String, Error> {
    let mut faults = ValidationErrors::default();
    if let Some(summary) = &request.summary {
        faults.note("/summary", validate::line(summary, 1_000));
    }
    if let Some(url) = &request.evidence_url {
        faults.note("/evidence_url", validate::http_url(url));
    }
    if let Some(at) = request.started_at {
        faults.note("/started_at", validate::not_future(at, now));
    }
    if let Some(at) = request.finished_at {
        faults.note("/finished_at", validate::not_future(at, now));
        if request.started_at.is_some_and(|started| started > at) {
            faults.note("/finished_at", Err("lies before `started_at`".into()));
        }
    }
    let details = match &request.details {
        None => "{}".to_owned(),
        Some(details) => serde_json::to_string(details).unwrap_or_default(),
    };
    if details.len() > 16 * 1024 {
        faults.note("/details", Err("must be at most 16 kB; link to the rest".into()));
    }
    faults.into_result()?;
    Ok(details)
}
