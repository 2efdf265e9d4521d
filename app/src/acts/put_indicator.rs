//! Adding or changing an indicator.

use axum::response::Response;
use engine::indicators::{IndicatorRequest, ThresholdsRequest};

use super::{fields::Fields, lines};
use crate::{act::Act, answer::Done};

/// Adds or changes it.
pub async fn put_indicator(act: Act<Fields>) -> Response {
    let result = async {
        let form = &act.form;
        let key = form.text("key").trim();
        let request = IndicatorRequest {
            family: form.text("family").to_owned(),
            source: form.text("source").to_owned(),
            unit: form.text("unit").trim().to_owned(),
            direction: form.filled("direction"),
            label: form.filled("label"),
            server_url: form.filled("server_url"),
            query: form.filled("query"),
            heartbeat_query: form.filled("heartbeat_query"),
            interval_s: form.number("interval_s")?,
            thresholds: Some(ThresholdsRequest {
                pass: lines(form.text("pass")),
                warn: lines(form.text("warn")),
                rollback: lines(form.text("rollback")),
                critical: form.ticked("critical"),
            }),
        };
        let service = form.text("service");
        let answer = act.engine.put_indicator(&act.who, service, key, request).await?;
        let verb = if answer.status == 201 { "Added" } else { "Saved" };
        Ok(Done::here(format!("{verb} the indicator {key}.")).at("indicators"))
    }
    .await;
    act.answer(result).await
}
