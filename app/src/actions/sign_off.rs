//! Signing a run off.

use domain::sign_off::Declared;
use engine::runs::{SignOffRequest, SignedOff};
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form, OfRun};

/// Gives the reader's signature.
#[server(prefix = "/act", endpoint = "sign-off", input = Form)]
pub async fn sign_off(
    #[server(flatten)] of: OfRun,
    #[server(default)] comment: String,
    #[server(default)] did_not_deploy: String,
    #[server(default)] alone: String,
    #[server(default)] despite: String,
) -> Outcome {
    let act = Act::here()?;
    let declared = Declared {
        did_not_deploy: !did_not_deploy.is_empty(),
        alone: !alone.is_empty(),
        despite: (!despite.is_empty()).then_some(despite),
    };
    let request = SignOffRequest { comment, declared };
    let said = match act.engine.runs().sign_off(&act.actor, of.run, request).await? {
        SignedOff::WatchClosed => {
            "Signed off. It was the last signature: the watch is closed. As long as its time is not \
             over its checks go on, and a box that fails then revokes the sign-off."
        }
        SignedOff::RunDone => "Signed off: this run is done.",
        SignedOff::Waiting => "Signed off. Other signatures are still missing.",
    };
    Ok(Done::here(said).at("sign-off"))
}
