//! Writing down a rehearsal of a rollback.

use axum::response::Response;
use engine::{Refusal, rollback::NewRehearsal};
use serde::Deserialize;

use super::{filled, when};
use crate::{act::Act, answer::Done};

/// The form.
#[derive(Debug, Deserialize)]
pub struct Rehearsal {
    service: String,
    environment: String,
    version: String,
    #[serde(default)]
    at: String,
    duration_s: String,
    #[serde(default)]
    worked: String,
    #[serde(default)]
    notes: String,
}

/// Writes it down.
pub async fn record_rehearsal(act: Act<Rehearsal>) -> Response {
    let result = async {
        let form = &act.form;
        let at = match filled(&form.at) {
            None => act.engine.now(),
            Some(text) => when::moment("/at", &text)?,
        };
        let duration_s = form
            .duration_s
            .trim()
            .parse()
            .map_err(|_| Refusal::field("/duration_s", "must be a whole number of seconds"))?;
        let worked = match form.worked.as_str() {
            "yes" => true,
            "no" => false,
            _ => return Err(Refusal::field("/worked", "must be yes or no")),
        };
        let new = NewRehearsal {
            environment: form.environment.clone(),
            version: form.version.trim().to_owned(),
            at,
            duration_s,
            worked,
            notes: form.notes.clone(),
        };
        act.engine.record_rehearsal(&act.who, &form.service, new).await?;
        Ok(Done::here("Recorded the rehearsal.").at("rehearsals"))
    }
    .await;
    act.answer(result).await
}
