//! The states and words of a measurement's phases.

use domain::measurement::Phase;

/// The state whose colour and sign it has.
pub const fn phase_state(phase: Phase) -> &'static str {
    match phase {
        Phase::Successful => "passed",
        Phase::Failed => "failed",
        Phase::Error => "errored",
        Phase::Inconclusive => "undecided",
    }
}

/// The word for it.
pub const fn phase_label(phase: Phase) -> &'static str {
    match phase {
        Phase::Successful => "Passed",
        Phase::Failed => "Failed",
        Phase::Error => "Could not measure",
        Phase::Inconclusive => "Undecided",
    }
}
