//! Waivers: granted by approvers, until a time.

use chrono::Duration;
use domain::{actor::Actor, verdict::Verdict};
use engine::{
    Error,
    runs::{ResultStatus, SignedOff},
};
use rstest::rstest;

use crate::{
    common::{begin, field, open_boxes, portal},
    harness::On,
};

#[rstest]
#[tokio::test]
async fn a_waiver_closes_a_box_until_it_expires(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        p.tick(id, "smoke").await.unwrap();
        p.tick(id, "mail").await.unwrap();
        p.post(id, "mail", ResultStatus::Passed).await.unwrap();
        let until = begin() + Duration::hours(2);
        p.leaves(&["item.waive"], async || {
            p.engine.runs().waive(&p.ann(), id, "load", "The rig is down.", until).await.unwrap();
        })
        .await;
        assert_eq!(
            p.state(id, "load").await,
            ("waived".into(), "Waived by Ann: The rig is down.".into())
        );
        let gate = p.gate(id).await;
        assert_eq!(gate.verdict, Verdict::Passed);
        assert!(gate.reason.ends_with("waived: load."), "{}", gate.reason);

        p.clock.advance(Duration::hours(2));
        // The gate knows at once, before anything has looked for expired waivers.
        let gate = p.gate(id).await;
        assert_eq!((gate.verdict, gate.open), (Verdict::Undecided, vec!["load".to_owned()]));
        assert_eq!(
            open_boxes(p.engine.runs().sign_off(&p.ben(), id, "").await.unwrap_err()),
            ["load"]
        );

        p.leaves(&["item.waiver_expired"], async || {
            assert_eq!(p.engine.runs().expire_waivers(begin()).await.unwrap(), 1);
        })
        .await;
        let (state, reason) = p.state(id, "load").await;
        assert_eq!(state, "open");
        assert!(reason.starts_with("The waiver by Ann has expired."), "{reason}");
        assert_eq!(p.view(id).await.verdict, "undecided");
        // Looked for once more from there, nothing is found.
        p.leaves(&[], async || {
            assert_eq!(p.engine.runs().expire_waivers(p.engine.now()).await.unwrap(), 0);
        })
        .await;
        // It can be waived again.
        let until = until + Duration::hours(2);
        p.engine.runs().waive(&p.ann(), id, "load", "Still down.", until).await.unwrap();
        assert_eq!(p.gate(id).await.verdict, Verdict::Passed);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn an_expired_waiver_can_be_granted_anew_before_anything_has_looked(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let hour = Duration::hours(1);
        p.engine.runs().waive(&p.ann(), id, "load", "Down.", begin() + hour).await.unwrap();
        let again = p.engine.runs().waive(&p.ben(), id, "load", "Down.", begin() + hour * 3).await;
        assert!(matches!(again, Err(Error::Conflict { .. })));
        p.clock.advance(hour);
        p.engine
            .runs()
            .waive(&p.ben(), id, "load", "Still down.", begin() + hour * 3)
            .await
            .unwrap();
        assert_eq!(p.item(id, "load").await.reason, "Waived by Ben: Still down.");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_waiver_ends_early(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let nothing = p.engine.runs().end_waiver(&p.ann(), id, "load").await.unwrap_err();
        assert!(matches!(nothing, Error::Conflict { .. }));
        let until = begin() + Duration::days(1);
        p.engine.runs().waive(&p.ann(), id, "load", "Down.", until).await.unwrap();
        p.leaves(&["item.end_waiver"], async || {
            p.engine.runs().end_waiver(&p.ben(), id, "load").await.unwrap();
        })
        .await;
        assert_eq!(p.item(id, "load").await.state, "open");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn takes_an_approver_a_reason_and_an_end(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let soon = begin() + Duration::days(1);
        p.leaves(&[], async || {
            for actor in [p.ci(), p.operator(), Actor::System("watch"), Actor::CommandLine] {
                let refused =
                    p.engine.runs().waive(&actor, id, "load", "Down.", soon).await.unwrap_err();
                assert!(matches!(refused, Error::Forbidden(_)), "{actor:?}: {refused:?}");
            }
            let silent = p.engine.runs().waive(&p.ann(), id, "load", " ", soon).await.unwrap_err();
            assert_eq!(field(silent), "/reason");
            for until in [begin(), begin() + Duration::days(91)] {
                let refused = p.engine.runs().waive(&p.ann(), id, "load", "Down.", until).await;
                assert_eq!(field(refused.unwrap_err()), "/expires_at");
            }
            p.tick(id, "none").await.unwrap_err();
        })
        .await;
        p.tick(id, "smoke").await.unwrap();
        let closed = p.engine.runs().waive(&p.ann(), id, "smoke", "Down.", soon).await.unwrap_err();
        assert!(matches!(closed, Error::Conflict { .. }));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_waiver_that_expires_after_the_sign_off_changes_nothing(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        p.tick(id, "smoke").await.unwrap();
        p.tick(id, "mail").await.unwrap();
        p.post(id, "mail", ResultStatus::Passed).await.unwrap();
        let until = begin() + Duration::hours(2);
        p.engine.runs().waive(&p.ann(), id, "load", "Down.", until).await.unwrap();
        let in_spite = p.in_spite(id).await;
        assert_eq!(
            p.engine.runs().sign_off(&p.ben(), id, in_spite).await.unwrap(),
            SignedOff::WatchClosed
        );
        p.clock.advance(Duration::hours(3));
        assert_eq!(p.engine.runs().expire_waivers(begin()).await.unwrap(), 0);
        assert_eq!(p.item(id, "load").await.state, "waived");
        assert_eq!(p.gate(id).await.verdict, Verdict::Passed);
    })
    .await;
}
