//! Creating and changing a check, and reading what it measured.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    check::Check,
    ids::CheckId,
    permissions::{Permission, authorize},
    run::Run,
};
use serde::Serialize;
use store::{
    Tx, checks, deployments, measurements, runbooks,
    runs::{self, items},
    services,
};

use super::{CheckRequest, CheckedRequest, Checks};
use crate::{
    Error, Put,
    audit::entry,
    checks::{changes::changes, sync_built_in},
    ids::new_id,
    secrets,
    services::find::find_service,
};

/// A check as the API answers it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CheckView {
    /// Its key.
    pub key: String,
    /// The environment's slug.
    pub environment: String,
    /// What it measures.
    pub kind: String,
    /// The address.
    pub url: String,
    /// Seconds from one run to the next while a watch is open.
    pub interval_s: i64,
    /// The longest a run may take, in seconds.
    pub timeout_s: i64,
    /// The key of the item it is evidence for.
    pub item: Option<String>,
    /// Whether its failure is a failure of a critical flow.
    pub critical: bool,
    /// Whether it runs without counting.
    pub dry_run: bool,
    /// What it says when it has no data.
    pub no_data: String,
    /// What must hold.
    pub conditions: Vec<String>,
}

/// A measurement as the API answers it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MeasurementView {
    /// When it began.
    pub at: DateTime<Utc>,
    /// `successful`, `failed`, `error` or `inconclusive`.
    pub phase: String,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// The number it is about.
    pub value: Option<f64>,
    /// What it says.
    pub sentence: String,
}

/// Refuses the key of a box there is none of: a typo would measure for nothing. On a person's box
/// what was measured stands as evidence and closes nothing.
pub(crate) async fn known_item(tx: &mut Tx, key: &str, open: &[Run]) -> Result<(), Error> {
    let mut known = Vec::new();
    for version in runbooks::published(tx).await? {
        known.extend(version.content.items.into_iter().map(|item| item.key));
    }
    for run in open {
        known.extend(items::of_run(tx, run.id).await?.into_iter().map(|item| item.key));
    }
    if known.iter().any(|known| known == key) {
        return Ok(());
    }
    known.sort();
    known.dedup();
    let said = format!("is no box of any published runbook; there are {}", known.join(", "));
    Err(Error::field("/item", said))
}

impl CheckView {
    pub(crate) fn of(check: Check) -> Self {
        Self {
            key: check.key,
            environment: check.environment,
            kind: check.spec.kind().into(),
            url: check.spec.url().into(),
            interval_s: check.interval_s,
            timeout_s: check.timeout_s,
            item: check.item,
            critical: check.critical,
            dry_run: check.dry_run,
            no_data: check.no_data,
            conditions: check.conditions,
        }
    }
}

/// Creates or changes a check; answers it.
///
/// # Errors
/// Where the actor may not, a field is at fault, or the service or environment is unknown.
pub async fn put(
    tx: &mut Tx,
    actor: &Actor,
    slug: &str,
    checked: CheckedRequest,
    now: DateTime<Utc>,
) -> Result<Put<CheckView>, Error> {
    authorize(actor, Permission::Configure, Some(slug))?;
    let CheckedRequest { key, spec, request } = checked;
    let timeout_s = request.timeout_s();
    let service = find_service(tx, slug).await?;
    let places = services::environments_of(tx, service.id).await?;
    if !places.iter().any(|place| place.environment == request.environment) {
        return Err(Error::field("/environment", "names no environment of this service"));
    }
    let before = checks::by_key(tx, service.id, &key).await?;
    if before.as_ref().is_some_and(|check| check.built_in.is_some()) {
        return Err(Error::conflict(format!(
            "`{key}` is a built-in check; it follows the service's base URL and \
             targets. Use another key."
        )));
    }
    let spec = secrets::keep(spec, before.as_ref().map(|check| &check.spec))?;
    let sent_elsewhere = before.as_ref().and_then(|check| secrets::moved(&check.spec, &spec));
    let created = before.is_none();
    let known = before.clone();
    let moved = before.as_ref().map(|check| check.environment.clone());
    let record = Check {
        id: before.as_ref().map_or_else(|| CheckId(new_id()), |check| check.id),
        service_id: service.id,
        environment: request.environment.clone(),
        label: key.clone(),
        key,
        spec,
        conditions: request.conditions,
        interval_s: request.interval_s,
        timeout_s,
        item: request.item,
        critical: request.critical,
        dry_run: request.dry_run,
        no_data: request.no_data.unwrap_or_else(|| "undecided".into()),
        built_in: None,
        retired_at: None,
        created_at: before.map_or(now, |check| check.created_at),
        updated_at: now,
    };
    let open = deployments::watching(tx, service.id, &request.environment).await?;
    if let Some(item) = &record.item {
        let runs = runs::open_in(tx, service.id, &request.environment).await?;
        known_item(tx, item, &runs).await?;
    }
    let changes = known.as_ref().map(|known| changes(known, &record)).unwrap_or_default();
    checks::put(tx, record.clone()).await?;
    let verb = if created { "created" } else { "changed" };
    let told = changes.told();
    entry(actor, now, "check.put", "check", &record.key)
        .deployment_if(open.as_ref().map(|open| open.id))
        .says(format!("{verb} the check {} of {slug}{told}", record.key))
        .with("kind", record.spec.kind())
        .with("item", record.item.clone())
        .with("secrets_moved", sent_elsewhere)
        .record(tx);
    // Where it was before, its word counts no more.
    let moved = moved.filter(|from| *from != request.environment);
    if let Some(from) = &moved
        && let Some(open) = deployments::watching(tx, service.id, from).await?
    {
        entry(actor, now, "check.put", "check", &record.key)
            .deployment(open.id)
            .says(format!("moved the check {} of {slug} to {}", record.key, record.environment))
            .record(tx);
    }
    for environment in moved.iter().chain([&request.environment]) {
        // A check may take a built-in one's place or give it back.
        sync_built_in(tx, &service, environment, None, now).await?;
    }
    Ok(Put { created, value: CheckView::of(record) })
}

impl Checks<'_> {
    /// As [`put`], in a transaction of its own, once the request was looked at.
    ///
    /// # Errors
    /// As [`put`].
    pub async fn put(
        self,
        actor: &Actor,
        slug: &str,
        key: &str,
        request: CheckRequest,
    ) -> Result<Put<CheckView>, Error> {
        authorize(actor, Permission::Configure, Some(slug))?;
        let checked = request.checked(key)?;
        let (actor, slug, now) = (actor.clone(), slug.to_owned(), self.0.now());
        let put = self
            .0
            .write(move |tx| Box::pin(async move { put(tx, &actor, &slug, checked, now).await }))
            .await?;
        self.0.reschedule();
        Ok(put)
    }

    /// What a check measured from `since` to before `until`, newest first, at most `limit`.
    ///
    /// # Errors
    /// Where the actor may not read or there is no such service or check.
    pub async fn measurements(
        self,
        actor: &Actor,
        slug: &str,
        key: &str,
        since: Option<DateTime<Utc>>,
        until: Option<DateTime<Utc>>,
        limit: i64,
    ) -> Result<Vec<MeasurementView>, Error> {
        authorize(actor, Permission::Read, Some(slug))?;
        let mut link = self.0.read().await?;
        let service = find_service(&mut link, slug).await?;
        let Some(check) = checks::by_key(&mut link, service.id, key).await? else {
            return Err(Error::not_found("check", key));
        };
        let since = since.unwrap_or(DateTime::UNIX_EPOCH);
        let until = until.unwrap_or_else(|| self.0.now() + chrono::Duration::days(1));
        let found = measurements::between(&mut link, check.id, since, until, limit).await?;
        Ok(found
            .into_iter()
            .map(|record| MeasurementView {
                at: record.at,
                phase: record.phase.as_str().into(),
                duration_ms: record.duration_ms,
                value: record.value,
                sentence: record.sentence,
            })
            .collect())
    }
}
