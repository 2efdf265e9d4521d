//! How the background tasks stand, by task.

use chrono::{DateTime, Utc};
use engine::background::TaskStatus;

use super::text::Lines;

/// The lines.
pub fn lines(lines: &mut Lines, tasks: &[TaskStatus]) {
    let mut metric = |name: &str, kind, help, value: &dyn Fn(&TaskStatus) -> Option<f64>| {
        let name = format!("daytwo_background_task_{name}");
        lines.head(&name, kind, help);
        for task in tasks {
            // What has not been yet has no line rather than a number that says something.
            if let Some(value) = value(task) {
                lines.value(&name, &format!("task=\"{}\"", task.about.name), value);
            }
        }
    };
    metric("runs_total", "counter", "Runs that have finished", &|task| number(task.runs));
    metric("failures_total", "counter", "Runs that failed", &|task| number(task.failures));
    metric("done_total", "counter", "Things that runs did", &|task| number(task.done));
    metric("failing", "gauge", "1 where the newest run failed", &|task| flag(task.failing));
    metric("running", "gauge", "1 while it runs", &|task| flag(task.running_since.is_some()));
    let last = "When the newest finished run ended, in seconds since 1970";
    metric("last_run_seconds", "gauge", last, &|task| seconds(task.last_finished));
    let started = "When the newest run began, in seconds since 1970";
    metric("last_start_seconds", "gauge", started, &|task| seconds(task.last_started));
    let took = "Seconds that the newest finished run took";
    metric("last_duration_seconds", "gauge", took, &|task| {
        task.last_duration.map(|took| took.as_secs_f64())
    });
    let rests = "Seconds that it rests between two runs";
    metric("period_seconds", "gauge", rests, &|task| Some(task.about.period.as_secs_f64()));
}

#[expect(clippy::cast_precision_loss, reason = "a count to be shown")]
fn number(count: u64) -> Option<f64> {
    Some(count as f64)
}

fn flag(holds: bool) -> Option<f64> {
    Some(f64::from(u8::from(holds)))
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
fn seconds(at: Option<DateTime<Utc>>) -> Option<f64> {
    at.map(|at| at.timestamp_millis() as f64 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use engine::background::About;

    use super::*;

    #[test]
    fn each_task_has_its_lines() {
        let status = |name, finished| TaskStatus {
            about: About { name, title: "", does: "", period: Duration::from_secs(30) },
            running_since: None,
            last_started: finished,
            last_finished: finished,
            last_duration: finished.map(|_| Duration::from_millis(250)),
            last_result: None,
            failure: None,
            failing: finished.is_some(),
            next_due: None,
            runs: 3,
            failures: 1,
            done: 12,
        };
        let at = DateTime::from_timestamp_millis(1_763_560_920_500);
        let mut all = Lines::default();
        lines(&mut all, &[status("prune", at), status("roll_up", None)]);
        let text = all.into_text();
        let prefix = "daytwo_background_task_";
        for line in [
            "runs_total{task=\"prune\"} 3",
            "failures_total{task=\"roll_up\"} 1",
            "failing{task=\"prune\"} 1",
            "last_run_seconds{task=\"prune\"} 1763560920.5",
            "last_duration_seconds{task=\"prune\"} 0.25",
            "period_seconds{task=\"roll_up\"} 30",
        ] {
            let line = format!("{prefix}{line}");
            assert!(text.lines().any(|have| have == line), "{line} in {text}");
        }
        assert!(!text.contains("last_run_seconds{task=\"roll_up\"}"), "{text}");
        assert_eq!(text.matches("# TYPE daytwo_background_task_runs_total counter").count(), 1);
    }
}
