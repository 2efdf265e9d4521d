//! Asking for a heartbeat, changing it, retiring it.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    heartbeat::{Heard, Heartbeat, HeartbeatState},
    humanize::duration,
    ids::HeartbeatId,
    item_sources::SourceStatus,
    permissions::{Permission, authorize},
};
use store::{Tx, deployments, heartbeats, runs, services};
use uuid::Uuid;

use super::{
    HeartbeatRequest, HeartbeatView, Heartbeats,
    expect::expect_for_runs,
    status::{settle, source},
    view::{HeartbeatNow, now_of},
};
use crate::{
    Error, Put,
    audit::entry,
    changes::Changes,
    checks::known_item,
    ids::new_id,
    runs::{began, evaluate_open},
    services::find::find_service,
};

/// Creates or changes a heartbeat; answers it with its address, with 201 or 200.
///
/// # Errors
/// Where the actor may not, a field is at fault, or the service or environment is unknown.
pub async fn put(
    tx: &mut Tx,
    actor: &Actor,
    slug: &str,
    key: &str,
    request: HeartbeatRequest,
    now: DateTime<Utc>,
) -> Result<Put<Heartbeat>, Error> {
    authorize(actor, Permission::Configure, Some(slug))?;
    request.check(key, now)?;
    let service = find_service(tx, slug).await?;
    let places = services::environments_of(tx, service.id).await?;
    if !places.iter().any(|place| place.environment == request.environment) {
        let said = "names no environment of this service";
        return Err(Error::field("/environment", said));
    }
    let open = deployments::watching(tx, service.id, &request.environment).await?;
    if let Some(item) = &request.item {
        let runs = runs::open_in(tx, service.id, &request.environment).await?;
        known_item(tx, item, &runs).await?;
    }
    let before = heartbeats::by_key(tx, service.id, key).await?;
    let created = before.as_ref().is_none_or(|known| known.retired_at.is_some());
    let zone = request.zone();
    let mut record = Heartbeat {
        id: before.as_ref().map_or_else(|| HeartbeatId(new_id()), |known| known.id),
        service_id: service.id,
        label: request.label.clone().unwrap_or_else(|| key.to_owned()),
        key: key.to_owned(),
        ping_id: before.as_ref().map_or_else(Uuid::new_v4, |known| known.ping_id),
        period_s: request.period_s,
        grace_s: request.grace_s(),
        time_zone: zone,
        cron: request.cron,
        item: request.item,
        environment: request.environment,
        state: before.as_ref().map_or(HeartbeatState::New, |known| known.state),
        state_since: before.as_ref().map_or(now, |known| known.state_since),
        heard: before.as_ref().map_or_else(Heard::default, |known| known.heard.clone()),
        exit_code: before.as_ref().and_then(|known| known.exit_code),
        pings: before.as_ref().map_or(0, |known| known.pings),
        silent_at: None,
        retired_at: None,
        created_at: before.as_ref().map_or(now, |known| known.created_at),
        updated_at: now,
    };
    // What was heard of it elsewhere says nothing of where it is now.
    if before.as_ref().is_some_and(|known| known.environment != record.environment) {
        record.state = HeartbeatState::New;
        record.state_since = now;
        record.heard = Heard::default();
        record.exit_code = None;
    }
    settle(&mut record, now);
    expect_for_runs(tx, &mut record, now).await?;
    if let Some(known) = &before {
        stays_while_it_fails(tx, known, &record, now).await?;
    }
    let changes = before.as_ref().map(|known| changes(known, &record)).unwrap_or_default();
    heartbeats::put(tx, record.clone()).await?;
    let verb = if created { "created" } else { "changed" };
    let told = changes.told();
    entry(actor, now, "heartbeat.put", "heartbeat", &record.key)
        .deployment_if(open.as_ref().map(|open| open.id))
        .says(format!("{verb} the heartbeat {} of {slug}{told}", record.key))
        .with("item", record.item.clone())
        .record(tx);
    let was = before.map(|known| known.environment);
    let moved = was.filter(|was| *was != record.environment);
    if let Some(from) = &moved
        && let Some(open) = deployments::watching(tx, service.id, from).await?
    {
        entry(actor, now, "heartbeat.put", "heartbeat", &record.key)
            .deployment(open.id)
            .says(format!("moved the heartbeat {} of {slug} to {}", record.key, record.environment))
            .record(tx);
    }
    for environment in moved.iter().chain([&record.environment]) {
        // It may count for another item now, or for none.
        evaluate_open(tx, service.id, environment, now).await?;
    }
    Ok(Put { created, value: record })
}

/// Refuses a change by which a heartbeat that fails in an open run would fail no more without having been
/// heard of: another environment, or more time.
async fn stays_while_it_fails(
    tx: &mut Tx,
    was: &Heartbeat,
    is: &Heartbeat,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    for run in runs::open_in(tx, was.service_id, &was.environment).await? {
        let (since, began) = (run.opened_at, began(run.subject));
        let (word, sentence) = source(was, since, began, now);
        let fails_still = was.environment == is.environment
            && source(is, since, began, now).0 == Some(SourceStatus::Failed);
        if word == Some(SourceStatus::Failed) && !fails_still {
            let how = match was.retired_at {
                Some(_) => "Bring it back as it was, and change it once it has been heard of",
                None => "Change it once it has been heard of",
            };
            return Err(Error::conflict(format!(
                "It fails on {}, where a run is open: {sentence} {how}, or create another with a key \
                 of its own.",
                was.environment
            )));
        }
    }
    Ok(())
}

/// What is otherwise now.
fn changes(was: &Heartbeat, is: &Heartbeat) -> Changes {
    let expected = |one: &Heartbeat| match (&one.cron, one.period_s) {
        (Some(cron), _) => format!("`{cron}` in {}", one.time_zone.as_deref().unwrap_or("UTC")),
        (None, period_s) => format!("every {}", duration(period_s.unwrap_or_default())),
    };
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".into());
    let mut changes = Changes::default();
    changes.note("its environment", was.environment.clone(), is.environment.clone());
    changes.note("when it is expected", expected(was), expected(is));
    changes.note("its grace", duration(was.grace_s), duration(is.grace_s));
    changes.note("its box", or_none(&was.item), or_none(&is.item));
    changes
}

/// Retires a heartbeat: its pings are taken no more. Putting it brings it back.
///
/// # Errors
/// Where the actor may not or there is no such heartbeat in use.
pub async fn retire(
    tx: &mut Tx,
    actor: &Actor,
    slug: &str,
    key: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    authorize(actor, Permission::Configure, Some(slug))?;
    let service = find_service(tx, slug).await?;
    let known = heartbeats::by_key(tx, service.id, key).await?;
    let Some(known) = known.filter(|known| known.retired_at.is_none()) else {
        return Err(Error::not_found("heartbeat in use with the key", key));
    };
    heartbeats::retire(tx, known.id, now).await?;
    let open = deployments::watching(tx, service.id, &known.environment).await?;
    entry(actor, now, "heartbeat.retire", "heartbeat", &known.key)
        .deployment_if(open.as_ref().map(|open| open.id))
        .says(format!("retired the heartbeat {key} of {slug}"))
        .record(tx);
    evaluate_open(tx, service.id, &known.environment, now).await?;
    Ok(())
}

impl Heartbeats<'_> {
    /// As [`put`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`put`].
    pub async fn put(
        self,
        actor: &Actor,
        slug: &str,
        key: &str,
        request: HeartbeatRequest,
    ) -> Result<Put<HeartbeatView>, Error> {
        let (actor, slug, key, now) =
            (actor.clone(), slug.to_owned(), key.to_owned(), self.0.now());
        let Put { created, value: record } = self
            .0
            .write(move |tx| {
                Box::pin(async move { put(tx, &actor, &slug, &key, request, now).await })
            })
            .await?;
        let view = HeartbeatNow::without_pings(record, now).view(Some(&self.0.options().base_url));
        Ok(Put { created, value: view })
    }

    /// The heartbeats of a service that are in use, by key; with their addresses where the actor
    /// may change them.
    ///
    /// # Errors
    /// Where the actor may not read or there is no such service.
    pub async fn list(self, actor: &Actor, slug: &str) -> Result<Vec<HeartbeatView>, Error> {
        authorize(actor, Permission::Read, Some(slug))?;
        let mut link = self.0.read().await?;
        let service = find_service(&mut link, slug).await?;
        let base_url = authorize(actor, Permission::Configure, Some(slug))
            .is_ok()
            .then_some(self.0.options().base_url.as_str());
        let records = heartbeats::of_service(&mut link, service.id).await?;
        let all = now_of(&mut link, records, self.0.now()).await?;
        Ok(all.into_iter().map(|one| one.view(base_url)).collect())
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
