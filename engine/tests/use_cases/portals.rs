//! Two portals on one database see each other's acts.

use std::time::{Duration, Instant};

use domain::verdict::Verdict;
use engine::rollback::RollbackRequest;

use crate::{
    common::{Portal, RUNBOOK, with_clock},
    harness::On,
};

/// Within what time an act at one portal is seen at another.
const SEEN_IN: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_gates_wait_at_another_portal_sees_an_act_at_once() {
    On::Postgres
        .run(async |db| {
            let p = Portal::open(db).await;
            p.engine.runbooks().publish(&p.admin(), "small.yaml", RUNBOOK).await.unwrap();
            let id = p.announce("1.0.0").await;
            let other = with_clock(db.open_again().await, p.clock.clone());
            let (waits, ci) = (other.clone(), p.ci());
            let waiting = tokio::spawn(async move {
                let answer =
                    waits.runs().gate_within(&ci, id, Duration::from_secs(30)).await.unwrap();
                (answer.verdict, Instant::now())
            });
            // Until it listens and has looked.
            let mut heard = other.subscribe();
            tokio::time::timeout(Duration::from_secs(10), heard.recv()).await.unwrap().unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
            let request = RollbackRequest { reason: "Errors.".into() };
            p.engine.rollback().trigger(&p.ci(), id, request, None).await.unwrap();
            let acted = Instant::now();
            let (verdict, seen) = waiting.await.unwrap();
            assert_eq!(verdict, Verdict::Failed);
            let took = seen.saturating_duration_since(acted);
            assert!(took < SEEN_IN, "it took {took:?}");
            p.verify().await;
            other.close().await;
        })
        .await;
}
