//! Signing a run off.

use engine::runs::SignedOff;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form, OfRun};

/// Gives the reader's signature.
#[server(prefix = "/act", endpoint = "sign-off", input = Form)]
pub async fn sign_off(#[server(flatten)] of: OfRun, #[server(default)] comment: String) -> Outcome {
    let act = Act::here()?;
    let said = match act.engine.runs().sign_off(&act.actor, of.run, &comment).await? {
        SignedOff::WatchClosed => "Signed off. It was the last signature: the watch is closed.",
        SignedOff::RunDone => "Signed off: this run is done.",
        SignedOff::Waiting => "Signed off. Other signatures are still missing.",
    };
    Ok(Done::here(said).at("sign-off"))
}
