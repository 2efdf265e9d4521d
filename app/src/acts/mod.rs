//! What people do in the browser: one act a file, each a plain form's POST.

mod add_person;
mod add_service;
mod announce;
mod change_own_password;
mod change_person;
mod change_service;
mod change_targets;
mod create_token;
mod end_waiver;
mod fields;
mod log_in;
mod log_out;
mod mark_failed;
mod probe_item;
mod put_check;
mod put_duty;
mod put_heartbeat;
mod put_indicator;
mod put_plan;
mod put_retention;
mod record_rehearsal;
mod redeliver;
mod retire_check;
mod retire_heartbeat;
mod retire_indicator;
mod revoke_token;
mod roll_back;
mod set_password;
mod set_up;
mod sign_off;
mod test_check;
mod theme;
mod tick;
mod untick;
mod waive;
mod when;
mod write_lesson;

use axum::{Router, routing::post};

use crate::portal::Portal;

/// The routes below `/act`.
pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/add-person", post(add_person::add_person))
        .route("/add-service", post(add_service::add_service))
        .route("/announce", post(announce::announce))
        .route("/change-own-password", post(change_own_password::change_own_password))
        .route("/change-person", post(change_person::change_person))
        .route("/change-service", post(change_service::change_service))
        .route("/change-targets", post(change_targets::change_targets))
        .route("/create-token", post(create_token::create_token))
        .route("/end-waiver", post(end_waiver::end_waiver))
        .route("/log-in", post(log_in::log_in))
        .route("/log-out", post(log_out::log_out))
        .route("/mark-failed", post(mark_failed::mark_failed))
        .route("/probe-item", post(probe_item::probe_item))
        .route("/put-check", post(put_check::put_check))
        .route("/put-duty", post(put_duty::put_duty))
        .route("/put-heartbeat", post(put_heartbeat::put_heartbeat))
        .route("/put-indicator", post(put_indicator::put_indicator))
        .route("/put-plan", post(put_plan::put_plan))
        .route("/put-retention", post(put_retention::put_retention))
        .route("/record-rehearsal", post(record_rehearsal::record_rehearsal))
        .route("/redeliver", post(redeliver::redeliver))
        .route("/retire-check", post(retire_check::retire_check))
        .route("/retire-duty", post(put_duty::retire_duty))
        .route("/retire-heartbeat", post(retire_heartbeat::retire_heartbeat))
        .route("/retire-indicator", post(retire_indicator::retire_indicator))
        .route("/revoke-token", post(revoke_token::revoke_token))
        .route("/roll-back", post(roll_back::roll_back))
        .route("/set-password", post(set_password::set_password))
        .route("/set-up", post(set_up::set_up))
        .route("/sign-off", post(sign_off::sign_off))
        .route("/test-check", post(test_check::test_check))
        .route("/theme", post(theme::theme))
        .route("/tick", post(tick::tick))
        .route("/untick", post(untick::untick))
        .route("/waive", post(waive::waive))
        .route("/write-lesson", post(write_lesson::write_lesson))
}

/// What is taken out of use: a check, an indicator or a heartbeat of a service.
#[derive(Debug, serde::Deserialize)]
struct Retire {
    service: String,
    key: String,
}

/// The lines of a field that say something.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A field that was filled in: browsers send empty ones too.
fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
