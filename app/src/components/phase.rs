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

/// State and word of what a check of a run saw last, which may be too old to say anything.
pub const fn seen_state(phase: Phase, too_old: bool) -> (&'static str, &'static str) {
    if too_old { ("undecided", "Too old") } else { (phase_state(phase), phase_label(phase)) }
}
