//! What people do with a duty's run: tick, mark as failed, take back, waive, sign off.

use axum::response::Response;
use domain::ids::DutyRunId;
use engine::{duties::SignedOff, items::PersonAct};
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// A word on a box.
#[derive(Deserialize)]
pub struct Word {
    run: DutyRunId,
    item: String,
    #[serde(default)]
    note: String,
}

/// A waiver of a box.
#[derive(Deserialize)]
pub struct Waive {
    run: DutyRunId,
    item: String,
    reason: String,
}

/// A signature.
#[derive(Deserialize)]
pub struct Sign {
    run: DutyRunId,
    #[serde(default)]
    comment: String,
}

/// Ticks or confirms a box.
pub async fn tick(act: Act<Word>) -> Response {
    speak(act, PersonAct::Tick, "Ticked.").await
}

/// Says that a box failed.
pub async fn fail(act: Act<Word>) -> Response {
    speak(act, PersonAct::MarkFailed, "Marked as failed.").await
}

/// Takes a word back.
pub async fn untick(act: Act<Word>) -> Response {
    speak(act, PersonAct::Untick, "Taken back. The history keeps it.").await
}

async fn speak(act: Act<Word>, word: PersonAct, done: &'static str) -> Response {
    let form = &act.form;
    let result = act
        .engine
        .speak_on_duty(&act.who, form.run, &form.item, word, &form.note)
        .await
        .map(|()| Done::here(done).at(&form.item));
    act.answer(result).await
}

/// Waives a box.
pub async fn waive(act: Act<Waive>) -> Response {
    let form = &act.form;
    let result = act
        .engine
        .waive_on_duty(&act.who, form.run, &form.item, &form.reason)
        .await
        .map(|()| Done::here("Waived.").at(&form.item));
    act.answer(result).await
}

/// Signs the run off.
pub async fn sign(act: Act<Sign>) -> Response {
    let form = &act.form;
    let result = act.engine.sign_duty(&act.who, form.run, &form.comment).await.map(|signed| {
        Done::here(match signed {
            SignedOff::Done => "Signed off: this run is done.",
            SignedOff::Waiting => "Signed off. Other signatures are still missing.",
        })
        .at("sign-off")
    });
    act.answer(result).await
}
