//! How punctual the scheduler is, in Prometheus' text format.

use std::fmt::Write as _;

use engine::scheduler::{LATENESS_BOUNDS_S, SchedulerStats};

/// The lines. The counts live in the engine, which knows no metrics library.
pub fn text(stats: &SchedulerStats) -> String {
    let mut text = String::new();
    let lateness = "daytwo_scheduler_lateness_seconds";
    let _ = writeln!(text, "# HELP {lateness} Seconds from when a task was due to when it began");
    let _ = writeln!(text, "# TYPE {lateness} histogram");
    for (bound, count) in LATENESS_BOUNDS_S.iter().zip(stats.within) {
        let _ = writeln!(text, "{lateness}_bucket{{le=\"{bound}\"}} {count}");
    }
    let _ = writeln!(text, "{lateness}_bucket{{le=\"+Inf\"}} {}", stats.runs);
    let _ = writeln!(text, "{lateness}_sum {}", stats.lateness_sum_s);
    let _ = writeln!(text, "{lateness}_count {}", stats.runs);
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
        let name = format!("daytwo_scheduler_{name}");
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
    }
    text
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
        let text = text(&stats);
        assert!(text.contains("_bucket{le=\"0.005\"} 3\n"), "{text}");
        assert!(text.contains("_bucket{le=\"+Inf\"} 7\n"), "{text}");
        assert!(text.contains("daytwo_scheduler_slots_missed_total 2\n"), "{text}");
    }
}
