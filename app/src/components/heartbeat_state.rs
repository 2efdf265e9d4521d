//! The states and words of heartbeats.

use domain::heartbeat::HeartbeatState;

/// The state whose colour and sign it has.
pub const fn heartbeat_state(state: HeartbeatState) -> &'static str {
    match state {
        HeartbeatState::New => "open",
        HeartbeatState::Up => "passed",
        HeartbeatState::Late => "degraded",
        HeartbeatState::Down | HeartbeatState::Failed => "failed",
    }
}

/// The word for it.
pub const fn heartbeat_label(state: HeartbeatState) -> &'static str {
    match state {
        HeartbeatState::New => "Never heard of",
        HeartbeatState::Up => "Alive",
        HeartbeatState::Late => "Late",
        HeartbeatState::Down => "Silent",
        HeartbeatState::Failed => "Failed",
    }
}
