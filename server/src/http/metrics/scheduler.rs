//! How punctual the scheduler is.

use engine::scheduler::{LATENESS_BOUNDS_S, SchedulerStats};

use super::text::Lines;

/// The lines. The counts live in the engine, which knows no metrics library.
pub fn lines(lines: &mut Lines, stats: &SchedulerStats) {
    lines.histogram(
        "daytwo_scheduler_lateness_seconds",
        "Seconds from when a task was due to when it began",
        (&LATENESS_BOUNDS_S, &stats.within),
        (stats.lateness_sum_s, stats.runs),
    );
    for (name, kind, help, value) in [
        ("tasks", "gauge", "Checks and questions on the timetable", stats.planned),
        (
            "slots_missed_total",
            "counter",
            "Slots missed because the machine slept or its clock was put forward",
            stats.skipped,
        ),
        (
            "slots_overlapped_total",
            "counter",
            "Slots skipped because the run before had not ended",
            stats.overlapped,
        ),
        (
            "slots_elsewhere_total",
            "counter",
            "Slots that another portal on this database took",
            stats.elsewhere,
        ),
    ] {
        lines.single(&format!("daytwo_scheduler_{name}"), kind, help, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_are_a_histogram() {
        let stats = SchedulerStats {
            runs: 7,
            within: [0, 3, 3, 4, 5, 6, 6, 6, 6, 6],
            lateness_sum_s: 91.5,
            skipped: 2,
            overlapped: 1,
            elsewhere: 0,
            planned: 9,
        };
        let mut all = Lines::default();
        lines(&mut all, &stats);
        let text = all.into_text();
        assert!(text.contains("_bucket{le=\"0.005\"} 3\n"), "{text}");
        assert!(text.contains("_bucket{le=\"+Inf\"} 7\n"), "{text}");
        assert!(text.contains("_sum 91.5\n"), "{text}");
        assert!(text.contains("daytwo_scheduler_slots_missed_total 2\n"), "{text}");
    }
}
