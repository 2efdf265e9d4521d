//! Creating, changing and retiring an indicator.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    baseline::to_pass,
    event::Event,
    ids::IndicatorId,
    indicator::{Indicator, Thresholds},
    permissions::{Permission, authorize},
};
use serde::Serialize;
use store::{Tx, deployments, indicators};

use super::{IndicatorRequest, Indicators};
use crate::{Error, Put, audit::entry, ids::new_id, secrets, services::find::find_service};

/// An indicator as the API answers it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct IndicatorView {
    /// Its key.
    pub key: String,
    /// What it is called on the page.
    pub label: String,
    /// What it tells about.
    pub family: String,
    /// Where its points come from.
    pub source: String,
    /// Its unit.
    pub unit: String,
    /// Which way it is better.
    pub direction: String,
    /// The server that is asked.
    pub server_url: Option<String>,
    /// What it is asked.
    pub query: Option<String>,
    /// What tells that an empty answer is a zero.
    pub heartbeat_query: Option<String>,
    /// The headers that are sent with it; of secrets that there is one.
    pub headers: BTreeMap<String, String>,
    /// Seconds from one question to the next.
    pub interval_s: i64,
    /// What is agreed to be good and bad.
    pub thresholds: ThresholdsView,
}

/// Thresholds as the API answers them.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ThresholdsView {
    /// What must hold for it to pass; what the box `baselines` asks of every service where nothing
    /// else was agreed.
    pub pass: Vec<String>,
    /// What must hold for it not to be worth a warning.
    pub warn: Vec<String>,
    /// When the release is to be rolled back.
    pub rollback: Vec<String>,
    /// Whether its breach fails the whole release.
    pub critical: bool,
}

impl IndicatorView {
    pub(crate) fn of(record: Indicator) -> Self {
        let Thresholds { pass, warn, rollback, critical } = record.thresholds;
        let pass = to_pass(&record.key, record.family, &record.unit, &pass);
        Self {
            key: record.key,
            label: record.label,
            family: record.family.as_str().into(),
            source: record.source.as_str().into(),
            unit: record.unit,
            direction: record.direction.as_str().into(),
            server_url: record.server_url,
            query: record.query,
            heartbeat_query: record.heartbeat_query,
            headers: secrets::headers(&record.headers),
            interval_s: record.interval_s,
            thresholds: ThresholdsView { pass, warn, rollback, critical },
        }
    }
}

/// Creates or changes an indicator; answers it.
///
/// # Errors
/// Where the actor may not, a field is at fault, or the service is unknown.
pub async fn put(
    tx: &mut Tx,
    actor: &Actor,
    slug: &str,
    key: &str,
    request: IndicatorRequest,
    now: DateTime<Utc>,
) -> Result<Put<IndicatorView>, Error> {
    authorize(actor, Permission::Configure, Some(slug))?;
    let checked = request.check(key)?;
    let service = find_service(tx, slug).await?;
    let before = indicators::by_key(tx, service.id, key).await?;
    if let Some(before) = &before
        && (before.unit != request.unit || before.family != checked.family)
    {
        // Its points would be read in the other unit.
        return Err(Error::conflict(format!(
            "`{key}` has points in {} of the family {}. Use another key for \
             another quantity.",
            before.unit, before.family
        )));
    }
    let known = before
        .as_ref()
        .and_then(|known| known.server_url.as_deref().map(|url| (url, &known.headers)));
    let headers = secrets::keep_headers(
        request.server_url.as_deref().unwrap_or_default(),
        request.headers.unwrap_or_default(),
        known,
    )?;
    let in_use = before.as_ref().filter(|known| known.retired_at.is_none());
    let created = in_use.is_none();
    // Retired and put again is changed as well.
    let agreed = before.as_ref().map(|known| known.thresholds.clone());
    let record = Indicator {
        id: before.as_ref().map_or_else(|| IndicatorId(new_id()), |known| known.id),
        service_id: service.id,
        label: request.label.unwrap_or_else(|| label_of(key)),
        key: key.to_owned(),
        family: checked.family,
        source: checked.source,
        unit: request.unit,
        direction: checked.direction,
        server_url: request.server_url,
        query: request.query,
        heartbeat_query: request.heartbeat_query,
        headers,
        interval_s: request.interval_s.unwrap_or(60),
        thresholds: checked.thresholds,
        retired_at: None,
        created_at: before.as_ref().map_or(now, |known| known.created_at),
        updated_at: now,
    };
    indicators::put(tx, record.clone()).await?;
    let verb = if created { "created" } else { "changed" };
    let moved = agreed.is_some_and(|agreed| agreed != record.thresholds);
    let asks_otherwise = before.as_ref().is_some_and(|known| {
        (&known.server_url, &known.query, &known.heartbeat_query)
            != (&record.server_url, &record.query, &record.heartbeat_query)
    });
    let open = deployments::open_of_service(tx, service.id).await?;
    // What it is held to and measured by is seen on the timeline of a watch it changes in.
    let changed = [
        (moved, "indicator.thresholds", format!("the thresholds of {}", record.label)),
        (asks_otherwise, "indicator.query", format!("what {} is asked for", record.label)),
    ];
    for (_, action, what) in changed.iter().filter(|(is, ..)| *is) {
        for watched in &open {
            let version = &watched.version;
            entry(actor, now, action, "indicator", &record.key)
                .deployment(watched.id)
                .says(format!("changed {what} while {version} is being watched"))
                .record(tx);
        }
    }
    entry(actor, now, "indicator.put", "indicator", &record.key)
        .says(format!("{verb} the indicator {} of {slug}", record.key))
        .with("source", record.source.as_str())
        .with("pass", record.thresholds.pass.clone())
        .with("rollback", record.thresholds.rollback.clone())
        .record(tx);
    for watched in open {
        tx.publish(Event::run_changed(watched.id));
    }
    Ok(Put { created, value: IndicatorView::of(record) })
}

/// Retires an indicator: it takes no more points; those it has stay. Putting it brings it back.
///
/// # Errors
/// Where the actor may not or there is no such indicator in use.
pub async fn retire(
    tx: &mut Tx,
    actor: &Actor,
    slug: &str,
    key: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    authorize(actor, Permission::Configure, Some(slug))?;
    let service = find_service(tx, slug).await?;
    let known = indicators::by_key(tx, service.id, key).await?;
    let Some(known) = known.filter(|known| known.retired_at.is_none()) else {
        return Err(Error::not_found("indicator in use with the key", key));
    };
    if known.source == domain::indicator::Source::Probe {
        return Err(Error::conflict(format!(
            "`{key}` is measured by the probes of the response targets; it goes when \
             those go."
        )));
    }
    indicators::retire(tx, known.id, now).await?;
    let open = deployments::open_of_service(tx, service.id).await?;
    // One entry in the log where nothing is watched, one on each timeline where something is.
    let watches = open.iter().map(|open| Some(open.id));
    for watch in watches.chain(open.is_empty().then_some(None)) {
        entry(actor, now, "indicator.retire", "indicator", &known.key)
            .deployment_if(watch)
            .says(format!("retired the indicator {key} of {slug}"))
            .record(tx);
    }
    for watched in open {
        tx.publish(Event::run_changed(watched.id));
    }
    Ok(())
}

impl Indicators<'_> {
    /// As [`put`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`put`].
    pub async fn put(
        self,
        actor: &Actor,
        slug: &str,
        key: &str,
        request: IndicatorRequest,
    ) -> Result<Put<IndicatorView>, Error> {
        let (actor, slug, key, now) =
            (actor.clone(), slug.to_owned(), key.to_owned(), self.0.now());
        self.0
            .write(move |tx| {
                Box::pin(async move { put(tx, &actor, &slug, &key, request, now).await })
            })
            .await
    }

    /// The indicators of a service that are in use, by key.
    ///
    /// # Errors
    /// Where the actor may not read or there is no such service.
    pub async fn list(self, actor: &Actor, slug: &str) -> Result<Vec<IndicatorView>, Error> {
        authorize(actor, Permission::Read, Some(slug))?;
        let mut link = self.0.read().await?;
        let service = find_service(&mut link, slug).await?;
        let found = indicators::of_service(&mut link, service.id).await?;
        Ok(found.into_iter().map(IndicatorView::of).collect())
    }

    /// As [`retire`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`retire`].
    pub async fn retire(self, actor: &Actor, slug: &str, key: &str) -> Result<(), Error> {
        let (actor, slug, key, now) =
            (actor.clone(), slug.to_owned(), key.to_owned(), self.0.now());
        self.0
            .write(move |tx| Box::pin(async move { retire(tx, &actor, &slug, &key, now).await }))
            .await
    }
}

/// What an indicator is called where nobody has said: `error_rate` is an error rate.
fn label_of(key: &str) -> String {
    domain::indicator::BUILT_IN
        .iter()
        .find(|built_in| built_in.key == key)
        .map_or_else(|| key.replace(['_', '-'], " "), |built_in| built_in.label.to_owned())
}
