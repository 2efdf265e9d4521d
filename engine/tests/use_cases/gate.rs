//! The gate, asked and waited for.

use std::time::{Duration, Instant};

use domain::verdict::Verdict;
use engine::{Error, runs::ResultStatus};
use rstest::rstest;

use crate::{
    common::{portal, token},
    harness::On,
};

#[rstest]
#[tokio::test]
async fn no_data_is_undecided(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let gate = p.gate(id).await;
        assert_eq!(gate.verdict, Verdict::Undecided);
        assert_eq!(gate.open, ["smoke", "mail", "load"]);
        assert_eq!(
            gate.reason,
            "0 of 3 boxes are closed; nothing has failed. Open: smoke, mail, load."
        );
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_failed_box_fails_it_and_a_good_word_mends_it(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        p.post(id, "load", ResultStatus::Failed).await.unwrap();
        let gate = p.gate(id).await;
        assert_eq!((gate.verdict, gate.open), (Verdict::Failed, vec!["load".to_owned()]));
        assert_eq!(gate.reason, "load failed: ci: ci says it failed.");
        assert_eq!(p.view(id).await.verdict, "failed");
        p.post(id, "load", ResultStatus::Passed).await.unwrap();
        let gate = p.gate(id).await;
        assert_eq!(gate.verdict, Verdict::Passed);
        assert!(gate.open.is_empty());
        assert_eq!(p.view(id).await.reason, "All 3 required boxes are closed.");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn waiting_ends_when_it_is_decided(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let (engine, ci) = (p.engine.clone(), p.ci());
        let began = Instant::now();
        let waiting = tokio::spawn(async move {
            engine.runs().gate_within(&ci, id, Duration::from_secs(50)).await.unwrap()
        });
        // Each of these wakes it; only the last decides.
        p.close_all(id).await;
        assert_eq!(waiting.await.unwrap().verdict, Verdict::Passed);
        assert!(began.elapsed() < Duration::from_secs(40));
        // Decided already: at once.
        let answer =
            p.engine.runs().gate_within(&p.ci(), id, Duration::from_secs(50)).await.unwrap();
        assert_eq!(answer.verdict, Verdict::Passed);
        assert!(began.elapsed() < Duration::from_secs(40));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn waiting_gives_up_undecided(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let answer =
            p.engine.runs().gate_within(&p.ci(), id, Duration::from_millis(30)).await.unwrap();
        assert_eq!(answer.verdict, Verdict::Undecided);
        let none = p.engine.runs().gate_within(&p.ci(), id, Duration::ZERO).await.unwrap();
        assert_eq!(none.verdict, Verdict::Undecided);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_token_of_another_service_is_not_answered(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let other = token(&[domain::roles::Scope::Admin], &["bank"]);
        let refused = p.engine.runs().gate(&other, id).await.unwrap_err();
        assert!(matches!(refused, Error::Forbidden(_)));
        let nowhere = domain::ids::DeploymentId(uuid::Uuid::nil());
        let refused = p.engine.runs().gate(&p.ci(), nowhere).await.unwrap_err();
        assert!(matches!(refused, Error::NotFound { .. }));
    })
    .await;
}
