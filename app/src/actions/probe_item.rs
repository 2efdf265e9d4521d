//! Running a box's probes now.

use domain::measurement::Phase;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form, OfRun};

/// Runs the box's checks, each once, and says how many held.
#[server(prefix = "/act", endpoint = "probe-item", input = Form)]
pub async fn probe_item(#[server(flatten)] of: OfRun, item: String) -> Outcome {
    let act = Act::here()?;
    let probed = act.engine.checks().probe_item(&act.actor, of.run, &item).await?;
    let good = probed.iter().filter(|one| one.measurement.phase == Phase::Successful).count();
    let said = match probed.len() {
        1 if good == 1 => "The probe answered and holds.".to_owned(),
        1 => "The probe answered and does not hold; its evidence says why.".to_owned(),
        all => format!("{good} of {all} probes hold."),
    };
    Ok(Done::here(said).at(item))
}
