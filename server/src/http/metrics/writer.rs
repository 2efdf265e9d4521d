//! How the database's writer does.

use store::writer_stats::{GROUP_BOUNDS, WAIT_BOUNDS_S, WriterStats};

use super::text::Lines;

/// The lines.
pub fn lines(lines: &mut Lines, stats: &WriterStats) {
    let sent = "Statements sent to the database";
    lines.single("daytwo_database_statements_total", "counter", sent, store::db::statements());
    let queued = "Acts that wait for the database's writer";
    lines.single("daytwo_writer_queue_depth", "gauge", queued, stats.queued);
    lines.histogram(
        "daytwo_writer_wait_seconds",
        "Seconds from when an act was queued to when it was answered, after its commit",
        (&WAIT_BOUNDS_S, &stats.wait_s.within),
        (stats.wait_s.sum, stats.wait_s.count),
    );
    lines.histogram(
        "daytwo_writer_group_acts",
        "Acts that shared a transaction",
        (&GROUP_BOUNDS, &stats.group.within),
        (stats.group.sum, stats.group.count),
    );
    for (name, help, value) in [
        ("commits", "Transactions that were committed", stats.commits),
        ("rollbacks", "Transactions of which nothing was kept", stats.rollbacks),
        ("acts_undone", "Acts that were refused or failed", stats.undone),
    ] {
        lines.single(&format!("daytwo_writer_{name}_total"), "counter", help, value);
    }
}

#[cfg(test)]
mod tests {
    use store::writer_stats::Histogram;

    use super::*;

    #[test]
    fn waits_and_groups_are_histograms() {
        let stats = WriterStats {
            queued: 3,
            wait_s: Histogram { within: [1, 2, 2, 2, 2, 2, 2, 2, 2, 2], sum: 12.5, count: 3 },
            group: Histogram { within: [1, 1, 1, 1, 1, 1, 1, 1, 2], sum: 201.0, count: 2 },
            commits: 2,
            rollbacks: 1,
            undone: 4,
        };
        let mut all = Lines::default();
        lines(&mut all, &stats);
        let text = all.into_text();
        for line in [
            "daytwo_writer_queue_depth 3",
            "daytwo_writer_wait_seconds_bucket{le=\"0.0005\"} 1",
            "daytwo_writer_wait_seconds_bucket{le=\"+Inf\"} 3",
            "daytwo_writer_wait_seconds_sum 12.5",
            "daytwo_writer_group_acts_bucket{le=\"256\"} 2",
            "daytwo_writer_commits_total 2",
            "daytwo_writer_rollbacks_total 1",
            "daytwo_writer_acts_undone_total 4",
        ] {
            assert!(text.lines().any(|have| have == line), "{line} in {text}");
        }
    }
}
