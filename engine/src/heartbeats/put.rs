//! Asking for a heartbeat, changing it, retiring it.

use domain::{
    heartbeat::{Heard, HeartbeatState},
    ids::HeartbeatId,
    permissions::{Permission, permit},
    who::Who,
};
use store::{
    deployments,
    heartbeats::{self, HeartbeatRecord},
    runs, services,
};
use uuid::Uuid;

use super::{
    HeartbeatRequest, HeartbeatView,
    stand::settle,
    view::{HeartbeatNow, now_of},
};
use crate::{
    Engine, Refusal, audit::entry, ids::new_id, once::Answer, runs::evaluate_open,
    services::known_item,
};

impl Engine {
    /// Creates or changes a heartbeat; answers it with its address, with 201 or 200.
    ///
    /// # Errors
    /// Where the actor may not, a field is at fault, or the service or environment is unknown.
    pub async fn put_heartbeat(
        &self,
        who: &Who,
        slug: &str,
        key: &str,
        request: HeartbeatRequest,
    ) -> Result<Answer, Refusal> {
        permit(who, Permission::Configure, Some(slug))?;
        let now = self.now();
        request.check(key, now)?;
        let (who, slug, key) = (who.clone(), slug.to_owned(), key.to_owned());
        let (created, record) = self
            .write(move |tx| {
                Box::pin(async move {
                    let Some(service) = services::by_slug(tx, &slug).await? else {
                        return Err(Refusal::not_found("service", &slug));
                    };
                    let places = services::environments_of(tx, service.id).await?;
                    if !places.iter().any(|place| place.environment == request.environment) {
                        let said = "names no environment of this service";
                        return Err(Refusal::field("/environment", said));
                    }
                    let open = deployments::watching(tx, service.id, &request.environment).await?;
                    if let Some(item) = &request.item {
                        let runs = runs::open_in(tx, service.id, &request.environment).await?;
                        known_item(tx, item, &runs).await?;
                    }
                    let before = heartbeats::by_key(tx, service.id, &key).await?;
                    let created = before.as_ref().is_none_or(|known| known.retired_at.is_some());
                    let zone = request.zone();
                    let mut record = HeartbeatRecord {
                        id: before.as_ref().map_or_else(|| HeartbeatId(new_id()), |known| known.id),
                        service_id: service.id,
                        label: request.label.clone().unwrap_or_else(|| key.clone()),
                        key,
                        ping_id: before.as_ref().map_or_else(Uuid::new_v4, |known| known.ping_id),
                        period_s: request.period_s,
                        grace_s: request.grace_s(),
                        time_zone: zone,
                        cron: request.cron,
                        item: request.item,
                        environment: request.environment,
                        state: before.as_ref().map_or(HeartbeatState::New, |known| known.state),
                        state_since: before.as_ref().map_or(now, |known| known.state_since),
                        heard: before.as_ref().map_or_else(Heard::default, |known| known.heard),
                        exit_code: before.as_ref().and_then(|known| known.exit_code),
                        pings: before.as_ref().map_or(0, |known| known.pings),
                        silent_at: None,
                        retired_at: None,
                        created_at: before.as_ref().map_or(now, |known| known.created_at),
                        updated_at: now,
                    };
                    settle(&mut record, now);
                    heartbeats::put(tx, record.clone()).await?;
                    let verb = if created { "created" } else { "changed" };
                    entry(&who, now, "heartbeat.put", "heartbeat", &record.key)
                        .deployment_if(open.as_ref().map(|open| open.id))
                        .says(format!("{verb} the heartbeat {} of {slug}", record.key))
                        .with("item", record.item.clone())
                        .record(tx);
                    let was = before.map(|known| known.environment);
                    let moved = was.filter(|was| *was != record.environment);
                    for environment in moved.iter().chain([&record.environment]) {
                        // It may count for another item now, or for none.
                        evaluate_open(tx, service.id, environment, now).await?;
                    }
                    Ok((created, record))
                })
            })
            .await?;
        let view = HeartbeatNow::without_pings(record, now).view(Some(&self.options().base_url));
        let body =
            serde_json::to_string(&view).map_err(|error| Refusal::Internal(error.to_string()))?;
        Ok(Answer { status: if created { 201 } else { 200 }, body, replayed: false })
    }

    /// The heartbeats of a service that are in use, by key; with their addresses where the actor
    /// may change them.
    ///
    /// # Errors
    /// Where the actor may not read or there is no such service.
    pub async fn heartbeats(&self, who: &Who, slug: &str) -> Result<Vec<HeartbeatView>, Refusal> {
        permit(who, Permission::Read, Some(slug))?;
        let mut link = self.read().await?;
        let Some(service) = services::by_slug(&mut link, slug).await? else {
            return Err(Refusal::not_found("service", slug));
        };
        let base_url = permit(who, Permission::Configure, Some(slug))
            .is_ok()
            .then_some(self.options().base_url.as_str());
        let records = heartbeats::of_service(&mut link, service.id).await?;
        let all = now_of(&mut link, records, self.now()).await?;
        Ok(all.into_iter().map(|one| one.view(base_url)).collect())
    }

    /// Retires a heartbeat: its pings are taken no more. Putting it brings it back.
    ///
    /// # Errors
    /// Where the actor may not or there is no such heartbeat in use.
    pub async fn retire_heartbeat(&self, who: &Who, slug: &str, key: &str) -> Result<(), Refusal> {
        permit(who, Permission::Configure, Some(slug))?;
        let (who, slug, key, now) = (who.clone(), slug.to_owned(), key.to_owned(), self.now());
        self.write(move |tx| {
            Box::pin(async move {
                let Some(service) = services::by_slug(tx, &slug).await? else {
                    return Err(Refusal::not_found("service", &slug));
                };
                let known = heartbeats::by_key(tx, service.id, &key).await?;
                let Some(known) = known.filter(|known| known.retired_at.is_none()) else {
                    return Err(Refusal::not_found("heartbeat in use with the key", &key));
                };
                heartbeats::retire(tx, known.id, now).await?;
                let open = deployments::watching(tx, service.id, &known.environment).await?;
                entry(&who, now, "heartbeat.retire", "heartbeat", &known.key)
                    .deployment_if(open.as_ref().map(|open| open.id))
                    .says(format!("retired the heartbeat {key} of {slug}"))
                    .record(tx);
                evaluate_open(tx, service.id, &known.environment, now).await?;
                Ok(())
            })
        })
        .await
    }
}
