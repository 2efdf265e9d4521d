//! Adding or changing an indicator.

use engine::indicators::{IndicatorRequest, ThresholdsRequest};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Done, Outcome, filled, lines, put_check::pairs};
use crate::{
    fields::number,
    form::{Act, Form, Secret},
};

/// What the indicator's form holds besides its key.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct IndicatorFields {
    family: String,
    source: String,
    unit: String,
    direction: String,
    label: String,
    server_url: String,
    query: String,
    heartbeat_query: String,
    headers: Secret,
    interval_s: String,
    pass: String,
    warn: String,
    rollback: String,
    critical: Option<String>,
}

/// Adds or changes it.
#[server(prefix = "/act", endpoint = "put-indicator", input = Form)]
pub async fn put_indicator(
    service: String,
    key: String,
    #[server(flatten)] indicator: IndicatorFields,
) -> Outcome {
    let act = Act::here()?;
    let key = key.trim();
    let headers = pairs("/headers", &indicator.headers.0)?;
    let request = IndicatorRequest {
        unit: indicator.unit.trim().to_owned(),
        direction: filled(&indicator.direction),
        label: filled(&indicator.label),
        server_url: filled(&indicator.server_url),
        query: filled(&indicator.query),
        heartbeat_query: filled(&indicator.heartbeat_query),
        headers: (!headers.is_empty()).then_some(headers),
        interval_s: number("/interval_s", &indicator.interval_s)?,
        thresholds: Some(ThresholdsRequest {
            pass: lines(&indicator.pass),
            warn: lines(&indicator.warn),
            rollback: lines(&indicator.rollback),
            critical: indicator.critical.is_some(),
        }),
        family: indicator.family,
        source: indicator.source,
    };
    let put = act.engine.indicators().put(&act.actor, &service, key, request).await?;
    let verb = if put.created { "Added" } else { "Saved" };
    Ok(Done::here(format!("{verb} the indicator {key}.")).at("indicators"))
}
