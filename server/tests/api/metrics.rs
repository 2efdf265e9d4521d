//! `/metrics` of a running portal: what runs by itself, and how the database's writer does.

use std::time::{Duration, Instant};

use crate::common::{Api, Portal, admin_token};

/// The value of a line.
fn value(text: &str, line: &str) -> Option<f64> {
    text.lines().find_map(|have| have.strip_prefix(line)?.trim().parse().ok())
}

#[tokio::test]
async fn the_background_and_the_writer_are_measured() {
    let directory = tempfile::tempdir().unwrap();
    let token = admin_token(directory.path(), None);
    let portal = Portal::start(directory.path(), None);
    let api = Api::new(&portal.url, &token);
    api.put_shop().await;
    api.announce("1.0.0").await;
    let runs = |task: &str| format!("daytwo_background_task_runs_total{{task=\"{task}\"}}");
    let began = Instant::now();
    let text = loop {
        let text = api.request("GET", "/metrics").send().await.unwrap().text().await.unwrap();
        let ran = |task: &str| value(&text, &runs(task)).is_some_and(|runs| runs >= 1.0);
        if ran("prune") && ran("capture_baselines") && ran("expire_schedule_leases") {
            break text;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{text}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let of = |line: &str| value(&text, line).unwrap_or_else(|| panic!("{line} in {text}"));
    assert!(of("daytwo_background_task_failures_total{task=\"prune\"}") < 1.0);
    assert!(of("daytwo_background_task_last_run_seconds{task=\"prune\"}") > 1.7e9);
    assert!(of("daytwo_background_task_period_seconds{task=\"detect_missed\"}") > 1.0);
    assert!(of("daytwo_writer_commits_total") >= 2.0);
    assert!(of("daytwo_database_statements_total") >= 2.0);
    assert!(of("daytwo_deliveries{state=\"unknown\"}") < 1.0);
    let answered = of("daytwo_writer_wait_seconds_count");
    assert!(answered >= 2.0 && of("daytwo_writer_wait_seconds_bucket{le=\"+Inf\"}") >= answered);
    assert!(of("daytwo_writer_group_acts_sum") >= of("daytwo_writer_group_acts_count"));
    assert!(of("daytwo_scheduler_lateness_seconds_count") >= 0.0);
    // What is read by machines is read line by line: a name, labels, a number.
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (_, number) = line.rsplit_once(' ').unwrap();
        assert!(number.parse::<f64>().is_ok(), "{line}");
    }
}
