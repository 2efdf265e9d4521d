//! Running a box's probes now.

use axum::response::Response;
use domain::{ids::RunId, measurement::Phase};
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct ProbeItem {
    #[serde(alias = "deployment")]
    run: RunId,
    item: String,
}

/// Runs the box's checks, each once, and says how many held.
pub async fn probe_item(act: Act<ProbeItem>) -> Response {
    let form = &act.form;
    let result = act.engine.probe_item(&act.who, form.run, &form.item).await.map(|probed| {
        let good = probed.iter().filter(|one| one.measurement.phase == Phase::Successful).count();
        Done::here(match probed.len() {
            1 if good == 1 => "The probe answered and holds.".to_owned(),
            1 => "The probe answered and does not hold; its evidence says why.".to_owned(),
            all => format!("{good} of {all} probes hold."),
        })
        .at(&form.item)
    });
    act.answer(result).await
}
