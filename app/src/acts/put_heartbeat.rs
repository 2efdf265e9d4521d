//! Adding or changing a heartbeat.

use axum::response::Response;
use engine::heartbeats::HeartbeatRequest;

use super::fields::Fields;
use crate::{act::Act, answer::Done};

/// Adds or changes it.
pub async fn put_heartbeat(act: Act<Fields>) -> Response {
    let result = async {
        let form = &act.form;
        let key = form.text("key").trim();
        let request = HeartbeatRequest {
            environment: form.text("environment").to_owned(),
            period_s: form.number("period_s")?,
            cron: form.filled("cron"),
            time_zone: form.filled("time_zone"),
            grace_s: form.number("grace_s")?,
            item: form.filled("item"),
            label: form.filled("label"),
        };
        let service = form.text("service");
        let answer = act.engine.put_heartbeat(&act.who, service, key, request).await?;
        let verb = if answer.status == 201 { "Added" } else { "Saved" };
        Ok(Done::here(format!("{verb} the heartbeat {key}.")).at(format!("heartbeat-{key}")))
    }
    .await;
    act.answer(result).await
}
