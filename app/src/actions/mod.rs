//! What people do in the browser: one act a file, each a server function that a plain form's POST
//! calls. A page's form takes its address from the function's type, `action::<Tick>()`, and the
//! names of its fields are those of the function's arguments.

mod add_person;
mod add_service;
mod announce;
mod change_own_password;
mod change_person;
mod change_service;
mod change_targets;
mod change_version_source;
mod choose_theme;
mod create_token;
mod end_waiver;
mod log_in;
mod log_out;
mod mark_failed;
mod outcome;
mod probe_item;
mod put_check;
mod put_duty;
mod put_heartbeat;
mod put_indicator;
mod put_plan;
mod put_retention;
mod record_baselines;
mod record_rehearsal;
mod redeliver;
mod retire_check;
mod retire_duty;
mod retire_heartbeat;
mod retire_indicator;
mod revoke_token;
mod roll_back;
mod set_password;
mod set_up;
mod settle_leak;
mod sign_off;
mod test_check;
mod tick;
mod untick;
mod waive;
mod when;
mod write_lesson;

use leptos::server_fn::ServerFn as _;

pub use self::{
    add_person::AddPerson,
    add_service::AddService,
    announce::Announce,
    change_own_password::ChangeOwnPassword,
    change_person::ChangePerson,
    change_service::ChangeService,
    change_targets::ChangeTargets,
    change_version_source::ChangeVersionSource,
    choose_theme::ChooseTheme,
    create_token::CreateToken,
    end_waiver::EndWaiver,
    log_in::LogIn,
    log_out::LogOut,
    mark_failed::MarkFailed,
    outcome::{Done, Outcome},
    probe_item::ProbeItem,
    put_check::PutCheck,
    put_duty::PutDuty,
    put_heartbeat::PutHeartbeat,
    put_indicator::PutIndicator,
    put_plan::PutPlan,
    put_retention::PutRetention,
    record_baselines::RecordBaselines,
    record_rehearsal::RecordRehearsal,
    redeliver::Redeliver,
    retire_check::RetireCheck,
    retire_duty::RetireDuty,
    retire_heartbeat::RetireHeartbeat,
    retire_indicator::RetireIndicator,
    revoke_token::RevokeToken,
    roll_back::RollBack,
    set_password::SetPassword,
    set_up::SetUp,
    settle_leak::SettleLeak,
    sign_off::SignOff,
    test_check::TestCheck,
    tick::Tick,
    untick::Untick,
    waive::Waive,
    write_lesson::WriteLesson,
};

/// The acts that need nobody signed in. All others are refused to strangers before they are asked.
pub fn is_open(path: &str) -> bool {
    [LogIn::PATH, LogOut::PATH, SetUp::PATH, ChooseTheme::PATH].contains(&path)
}

/// The lines of a field that say something.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A field that was filled in: browsers send empty ones too.
pub fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
