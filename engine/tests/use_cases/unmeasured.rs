//! What was seen once says nothing of how things are when nothing measures any more.

use chrono::Duration;
use domain::{measurement::Phase, verdict::Verdict};
use rstest::rstest;
use serde_json::json;

use crate::{common::portal, harness::On};

#[rstest]
#[case("load", "undecided", 60, 10)]
#[case("", "passed", 60, 10)]
#[case("load", "undecided", 1_200, 60)]
#[tokio::test]
async fn a_success_is_too_old_after_a_while(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[case] item: &str,
    #[case] state: &str,
    #[case] interval_s: i64,
    #[case] speaks_for_min: i64,
) {
    portal(on, async |p| {
        let bound = (!item.is_empty()).then_some(item);
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        let check = json!({"item": bound, "critical": true, "interval_s": interval_s});
        let check = p.put_check("worker", check).await;
        p.sees(&check, Phase::Successful).await;
        assert_eq!(p.gate(id).await.verdict, Verdict::Passed, "{}", p.gate(id).await.reason);

        // As long as it may miss a few of its times.
        p.clock.advance(Duration::minutes(speaks_for_min));
        assert_eq!(p.engine.runs().review_unmeasured().await.unwrap(), 0);
        assert_eq!(p.gate(id).await.verdict, Verdict::Passed);

        // The portal was away, or had no time for it.
        p.clock.advance(Duration::minutes(1));
        assert_eq!(p.engine.runs().review_unmeasured().await.unwrap(), 1);
        let gate = p.gate(id).await;
        assert_eq!(gate.verdict, Verdict::Undecided, "{}", gate.reason);
        assert!(gate.reason.contains("worker") || gate.reason.contains("load"), "{}", gate.reason);
        assert_eq!(p.state(id, "load").await.0, state);
        let refused = p.engine.runs().sign_off(&p.ann(), id, "").await;
        assert!(refused.is_err(), "nobody signs what nothing has seen");

        // A failure stands, however old; and a success is one again.
        p.sees(&check, Phase::Failed).await;
        assert_eq!(p.gate(id).await.verdict, Verdict::Failed);
        p.clock.advance(Duration::hours(5));
        p.engine.runs().review_unmeasured().await.unwrap();
        assert_eq!(p.gate(id).await.verdict, Verdict::Failed);
        p.sees(&check, Phase::Successful).await;
        assert_eq!(p.gate(id).await.verdict, Verdict::Passed, "{}", p.gate(id).await.reason);
    })
    .await;
}
