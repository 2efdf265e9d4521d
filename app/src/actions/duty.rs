//! What people do with a duty's run: tick, mark as failed, take back, waive, sign off.

use domain::ids::DutyRunId;
use engine::{duties::SignedOff, items::PersonAct};
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Ticks or confirms a box.
#[server(prefix = "/act", endpoint = "tick-duty", input = Form)]
pub async fn tick_duty(run: DutyRunId, item: String, #[server(default)] note: String) -> Outcome {
    speak(run, item, note, PersonAct::Tick, "Ticked.").await
}

/// Says that a box failed.
#[server(prefix = "/act", endpoint = "fail-duty", input = Form)]
pub async fn fail_duty(run: DutyRunId, item: String, #[server(default)] note: String) -> Outcome {
    speak(run, item, note, PersonAct::MarkFailed, "Marked as failed.").await
}

/// Takes a word back.
#[server(prefix = "/act", endpoint = "untick-duty", input = Form)]
pub async fn untick_duty(run: DutyRunId, item: String, #[server(default)] note: String) -> Outcome {
    speak(run, item, note, PersonAct::Untick, "Taken back. The history keeps it.").await
}

async fn speak(
    run: DutyRunId,
    item: String,
    note: String,
    word: PersonAct,
    done: &'static str,
) -> Outcome {
    let act = Act::here()?;
    act.engine.speak_on_duty(&act.who, run, &item, word, &note).await?;
    Ok(Done::here(done).at(item))
}

/// Waives a box.
#[server(prefix = "/act", endpoint = "waive-duty", input = Form)]
pub async fn waive_duty(run: DutyRunId, item: String, reason: String) -> Outcome {
    let act = Act::here()?;
    act.engine.waive_on_duty(&act.who, run, &item, &reason).await?;
    Ok(Done::here("Waived.").at(item))
}

/// Signs the run off.
#[server(prefix = "/act", endpoint = "sign-duty", input = Form)]
pub async fn sign_duty(run: DutyRunId, #[server(default)] comment: String) -> Outcome {
    let act = Act::here()?;
    let said = match act.engine.sign_duty(&act.who, run, &comment).await? {
        SignedOff::Done => "Signed off: this run is done.",
        SignedOff::Waiting => "Signed off. Other signatures are still missing.",
    };
    Ok(Done::here(said).at("sign-off"))
}
