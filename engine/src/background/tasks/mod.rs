//! The tasks, a file each. A new one is a file here and a line in [`ALL`].

mod capture_baselines;
mod close_unsigned_runs;
mod detect_missed;
mod expire_idempotency_keys;
mod expire_schedule_leases;
mod expire_sessions;
mod expire_waivers;
mod open_due_runs;
mod prune;
mod review_rehearsals;
mod review_unmeasured;
mod roll_up_minutes;
mod roll_up_probes;

use super::driver::Task;
use crate::Engine;

/// All of them, in the order they are shown in.
pub(super) const ALL: &[Task<Engine>] = &[
    detect_missed::TASK,
    expire_waivers::TASK,
    roll_up_probes::TASK,
    capture_baselines::TASK,
    close_unsigned_runs::TASK,
    open_due_runs::TASK,
    review_rehearsals::TASK,
    review_unmeasured::TASK,
    prune::TASK,
    roll_up_minutes::TASK,
    expire_sessions::TASK,
    expire_idempotency_keys::TASK,
    expire_schedule_leases::TASK,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_name_of_its_own_and_says_what_it_does() {
        let mut names: Vec<_> = ALL.iter().map(|task| task.about.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
        for task in ALL {
            assert!(task.about.does.ends_with('.') && !task.about.title.is_empty());
        }
    }
}
