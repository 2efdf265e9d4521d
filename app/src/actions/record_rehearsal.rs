//! Writing down a rehearsal of a rollback.

use engine::{Error, rollback::NewRehearsal};
use leptos::prelude::*;

use super::{Done, Outcome, filled, when};
use crate::form::{Act, Form};

/// Writes it down.
#[server(prefix = "/act", endpoint = "record-rehearsal", input = Form)]
pub async fn record_rehearsal(
    service: String,
    environment: String,
    version: String,
    #[server(default)] at: String,
    duration_s: String,
    #[server(default)] worked: String,
    #[server(default)] notes: String,
) -> Outcome {
    let act = Act::here()?;
    let at = match filled(&at) {
        None => act.engine.now(),
        Some(text) => when::moment("/at", &text)?,
    };
    let duration_s = duration_s
        .trim()
        .parse()
        .map_err(|_| Error::field("/duration_s", "must be a whole number of seconds"))?;
    let worked = match worked.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(Error::field("/worked", "must be yes or no").into()),
    };
    let version = version.trim().to_owned();
    let new = NewRehearsal { environment, version, at, duration_s, worked, notes };
    act.engine.rollback().record_rehearsal(&act.actor, &service, new).await?;
    Ok(Done::here("Recorded the rehearsal.").at("rehearsals"))
}
