//! Heartbeats.

use chrono::Duration;
use engine::{
    Error,
    clock::Clock as _,
    heartbeats::{HeartbeatRequest, HeartbeatView, Ping, PingWord},
};
use rstest::rstest;
use uuid::Uuid;

use crate::{
    common::{Portal, field, portal},
    harness::On,
};

fn every(period_s: i64, item: Option<&str>) -> HeartbeatRequest {
    HeartbeatRequest {
        environment: "production".into(),
        period_s: Some(period_s),
        grace_s: Some(30),
        item: item.map(ToOwned::to_owned),
        ..HeartbeatRequest::default()
    }
}

/// Puts a heartbeat; answers what its pings are sent to.
async fn put(p: &Portal, key: &str, request: HeartbeatRequest) -> Uuid {
    let answer = p.engine.heartbeats().put(&p.admin(), "shop", key, request).await.unwrap();
    let url = answer.value.ping_url.unwrap();
    url.strip_prefix("https://daytwo.example.org/ping/").unwrap().parse().unwrap()
}

async fn ping(p: &Portal, id: Uuid, word: PingWord) -> Result<(), Error> {
    let body = b"rows: 12\0\x1b[31m\n".to_vec();
    p.engine.heartbeats().ping(id, Ping { word, rid: None, source: "192.0.2.1".into(), body }).await
}

async fn seen(p: &Portal, key: &str) -> HeartbeatView {
    let all = p.engine.heartbeats().list(&p.ci(), "shop").await.unwrap();
    all.into_iter().find(|one| one.key == key).unwrap()
}

#[rstest]
#[tokio::test]
async fn a_worker_is_new_up_late_down_and_back(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = put(p, "worker", every(60, None)).await;
        assert_eq!(seen(p, "worker").await.state, "new");
        assert_eq!(seen(p, "worker").await.ping_url, None, "CI may not change it");
        ping(p, id, PingWord::Success).await.unwrap();
        assert_eq!(seen(p, "worker").await.state, "up");
        p.clock.advance(Duration::seconds(61));
        assert_eq!(p.engine.heartbeats().detect_missed().await.unwrap(), 0);
        assert_eq!(seen(p, "worker").await.state, "late");
        p.clock.advance(Duration::seconds(30));
        assert_eq!(seen(p, "worker").await.state, "down", "also before anybody has noticed");
        assert_eq!(p.engine.heartbeats().detect_missed().await.unwrap(), 1);
        assert_eq!(p.engine.heartbeats().detect_missed().await.unwrap(), 0, "noticed once");
        ping(p, id, PingWord::Start).await.unwrap();
        ping(p, id, PingWord::ExitCode(3)).await.unwrap();
        assert_eq!(seen(p, "worker").await.state, "failed");
        ping(p, id, PingWord::ExitCode(0)).await.unwrap();
        assert_eq!(seen(p, "worker").await.state, "up");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn who_guesses_at_ids_takes_no_turn_of_those_who_write(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let id = put(p, "worker", every(60, None)).await;
        let transactions = || {
            let stats = p.engine.writer_stats();
            stats.commits + stats.rollbacks
        };
        let before = transactions();
        for _ in 0..20 {
            let guessed = ping(p, Uuid::new_v4(), PingWord::Success).await;
            assert!(matches!(guessed, Err(Error::NotFound { .. })), "{guessed:?}");
        }
        assert_eq!(transactions(), before);
        ping(p, id, PingWord::Success).await.unwrap();
        assert_eq!(transactions(), before + 1);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn one_that_moves_brings_nothing_along(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let staging = HeartbeatRequest { environment: "staging".into(), ..every(60, None) };
        let id = put(p, "worker", staging.clone()).await;
        let deployment = p.announce("1.0.0").await;
        p.clock.advance(Duration::seconds(10));
        ping(p, id, PingWord::Success).await.unwrap();
        p.clock.advance(Duration::seconds(10));
        put(p, "worker", every(60, Some("load"))).await;
        let (state, reason) = p.state(deployment, "load").await;
        assert_eq!((state.as_str(), reason.contains("never")), ("undecided", true), "{reason}");
        assert_eq!(seen(p, "worker").await.state, "new");
        ping(p, id, PingWord::Success).await.unwrap();
        assert_eq!(p.state(deployment, "load").await.0, "passed");
        p.clock.advance(Duration::seconds(91));
        assert_eq!(p.engine.heartbeats().detect_missed().await.unwrap(), 1, "it is waited for");
        assert_eq!(p.state(deployment, "load").await.0, "failed");
        // What is heard of it there would be forgotten.
        let refused =
            p.engine.heartbeats().put(&p.operator(), "shop", "worker", staging.clone()).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.starts_with("It fails on production, where a run is open"), "{refused}");
        ping(p, id, PingWord::Success).await.unwrap();
        assert_eq!(p.state(deployment, "load").await.0, "passed");
        // Whoever watches there sees it go.
        put(p, "worker", staging).await;
        assert_eq!(p.state(deployment, "load").await.0, "open");
        let mut link = p.store.read().await.unwrap();
        let all = store::audit::newest(&mut link, domain::page::Page::first(100)).await.unwrap();
        let told = all.iter().find(|entry| entry.sentence.contains("moved the heartbeat")).unwrap();
        assert_eq!(told.deployment_id, Some(deployment.0));
    })
    .await;
}

/// What began before the deployment ran the version before.
#[rstest]
#[tokio::test]
async fn a_run_from_before_the_deployment_proves_nothing(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[values(true, false)] with_id: bool,
) {
    portal(on, async |p| {
        let id = put(p, "worker", every(3_600, Some("load"))).await;
        let run = async |n: u128, word| {
            p.clock.advance(Duration::seconds(2));
            let rid = with_id.then_some(Uuid::from_u128(n));
            let ping = Ping { word, rid, source: "192.0.2.1".into(), body: Vec::new() };
            p.engine.heartbeats().ping(id, ping).await.unwrap();
        };
        run(1, PingWord::Start).await;
        p.clock.advance(Duration::seconds(2));
        let deployment = p.announce("1.0.0").await;
        run(1, PingWord::Success).await;
        let (state, reason) = p.state(deployment, "load").await;
        assert_eq!(state, "running", "{reason}");
        assert!(reason.contains("is of a run from before"), "{reason}");
        run(2, PingWord::Start).await;
        run(2, PingWord::Success).await;
        assert_eq!(p.state(deployment, "load").await.0, "passed");
        if with_id {
            // One that was under way when another failed does not take that away.
            run(3, PingWord::Start).await;
            run(4, PingWord::Start).await;
            run(4, PingWord::Fail).await;
            run(3, PingWord::Success).await;
            assert_eq!(p.state(deployment, "load").await.0, "failed");
            run(5, PingWord::Start).await;
            run(5, PingWord::Success).await;
            assert_eq!(p.state(deployment, "load").await.0, "passed");
        }
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_run_that_was_killed_is_missed_once(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = put(p, "worker", every(3_600, None)).await;
        let run = async |word| {
            p.clock.advance(Duration::seconds(5));
            let rid = Some(Uuid::from_u128(p.clock.now().timestamp() as u128 / 10));
            let ping = Ping { word, rid, source: "192.0.2.1".into(), body: Vec::new() };
            p.engine.heartbeats().ping(id, ping).await.unwrap();
        };
        run(PingWord::Start).await;
        p.clock.advance(Duration::seconds(31));
        assert_eq!(seen(p, "worker").await.state, "down", "it did not end within its grace");
        p.clock.advance(Duration::seconds(60));
        for _ in 0..3 {
            run(PingWord::Start).await;
            run(PingWord::Success).await;
            assert_eq!(seen(p, "worker").await.state, "up");
        }
        // One that is under way is waited for all the same.
        run(PingWord::Start).await;
        p.clock.advance(Duration::seconds(31));
        assert_eq!(seen(p, "worker").await.state, "down");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_box_waits_for_a_heartbeat_of_the_new_version(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let id = put(p, "worker", every(60, Some("load"))).await;
        ping(p, id, PingWord::Success).await.unwrap();
        p.clock.advance(Duration::seconds(30));
        let deployment = p.announce("1.0.0").await;
        let (state, reason) = p.state(deployment, "load").await;
        assert_eq!(state, "running", "{reason}: what the version before said does not count");
        ping(p, id, PingWord::Success).await.unwrap();
        let (state, reason) = p.state(deployment, "load").await;
        assert_eq!((state.as_str(), reason.contains("heard of on")), ("passed", true), "{reason}");
        p.clock.advance(Duration::seconds(91));
        p.engine.heartbeats().detect_missed().await.unwrap();
        let (state, reason) = p.state(deployment, "load").await;
        assert_eq!((state.as_str(), reason.contains("too long")), ("failed", true), "{reason}");
        let item = p.item(deployment, "load").await;
        assert!(item.evidence.iter().any(|kept| kept.summary.contains("too long")));
        ping(p, id, PingWord::Fail).await.unwrap();
        assert!(p.state(deployment, "load").await.1.contains("went wrong"));
        ping(p, id, PingWord::Success).await.unwrap();
        assert_eq!(p.state(deployment, "load").await.0, "passed");
        p.engine.heartbeats().retire(&p.admin(), "shop", "worker").await.unwrap();
        assert_eq!(p.state(deployment, "load").await.0, "open", "nothing speaks for it now");
        assert!(matches!(ping(p, id, PingWord::Success).await, Err(Error::NotFound { .. })));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn one_that_is_never_heard_of_never_passes(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        put(p, "worker", every(60, Some("load"))).await;
        let id = p.announce("1.0.0").await;
        assert_eq!(p.state(id, "load").await.0, "undecided");
        p.clock.advance(Duration::days(1));
        assert_eq!(p.engine.heartbeats().detect_missed().await.unwrap(), 0);
        let (state, reason) = p.state(id, "load").await;
        assert_eq!((state.as_str(), reason.contains("never")), ("undecided", true), "{reason}");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_backup_runs_by_the_clock_of_its_zone(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let nightly = HeartbeatRequest {
            period_s: None,
            cron: Some("30 2 * * *".into()),
            time_zone: Some("Europe/Berlin".into()),
            grace_s: Some(3_600),
            ..every(0, None)
        };
        let id = put(p, "backup", nightly.clone()).await;
        ping(p, id, PingWord::Start).await.unwrap();
        p.clock.advance(Duration::minutes(59));
        assert_eq!(seen(p, "backup").await.state, "up", "it may run for an hour");
        ping(p, id, PingWord::Success).await.unwrap();
        let next = seen(p, "backup").await.expected_at.unwrap();
        assert_eq!(next.to_rfc3339(), "2025-11-20T01:30:00+00:00");
        let refused = async |request| {
            let put = p.engine.heartbeats().put(&p.admin(), "shop", "other", request).await;
            field(put.unwrap_err())
        };
        let with = |cron: &str, zone: &str| HeartbeatRequest {
            cron: Some(cron.into()),
            time_zone: Some(zone.into()),
            ..nightly.clone()
        };
        assert_eq!(refused(with("0 0 31 2 *", "UTC")).await, "/cron");
        assert_eq!(refused(with("every day", "UTC")).await, "/cron");
        assert_eq!(refused(with("0 0 * * *", "Europe/Atlantis")).await, "/time_zone");
        assert_eq!(refused(every(5, None)).await, "/period_s");
        assert_eq!(
            refused(HeartbeatRequest { cron: nightly.cron.clone(), ..every(60, None) }).await,
            "/period_s"
        );
        assert_eq!(
            refused(HeartbeatRequest { period_s: None, ..every(60, None) }).await,
            "/period_s"
        );
        assert_eq!(refused(every(60, Some("no-such-box"))).await, "/item");
        assert_eq!(
            refused(HeartbeatRequest { environment: "moon".into(), ..every(60, None) }).await,
            "/environment"
        );
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_thousand_at_once_are_all_counted(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = put(p, "worker", every(60, None)).await;
        let pings = (0..1_000).map(|_| ping(p, id, PingWord::Success));
        for heard in futures::future::join_all(pings).await {
            heard.unwrap();
        }
        let mut link = p.store.read().await.unwrap();
        let kept = store::heartbeats::by_ping_id(&mut link, id).await.unwrap().unwrap();
        assert_eq!(kept.pings, 1_000);
        let newest = store::heartbeats::pings(&mut link, kept.id, 1_000).await.unwrap();
        assert_eq!((newest[0].n, newest[0].body.as_str()), (1_000, "rows: 12[31m\n"));
        assert!((100..116).contains(&newest.len()), "{} are kept", newest.len());
    })
    .await;
}

/// A heartbeat of no box that goes silent, or says that it went wrong, stands in the verdict.
#[rstest]
#[tokio::test]
async fn one_of_no_box_that_goes_silent_stands_in_the_sentence(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[values(None, Some("smoke"))] item: Option<&str>,
) {
    portal(on, async |p| {
        let run = p.announce("1.0.0").await;
        let id = put(p, "worker", every(60, item)).await;
        ping(p, id, PingWord::Success).await.unwrap();
        let reason = async || {
            let reason = p.gate(run).await.reason;
            let listed = p.engine.deployments().page(&p.viewer, run).await.unwrap().deployment;
            assert_eq!(listed.reason, reason, "what lists show is the same");
            reason
        };
        assert!(reason().await.contains("nothing has failed"));
        p.clock.advance(Duration::seconds(91));
        assert_eq!(p.engine.heartbeats().detect_missed().await.unwrap(), 1);
        let silent = reason().await;
        assert!(silent.contains("worker failed: "), "{silent}");
        ping(p, id, PingWord::Success).await.unwrap();
        assert!(reason().await.contains("nothing has failed"));
        ping(p, id, PingWord::Fail).await.unwrap();
        let failed = reason().await;
        assert!(failed.contains("worker failed: It said that it went wrong"), "{failed}");
    })
    .await;
}

/// What was said of what ran before is not held against what runs now.
#[rstest]
#[tokio::test]
async fn what_went_wrong_before_the_deployment_fails_nothing(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let id = put(p, "worker", every(60, Some("load"))).await;
        let began = |n: u128, word| {
            let rid = Some(Uuid::from_u128(n));
            let ping = Ping { word, rid, source: "192.0.2.1".into(), body: Vec::new() };
            p.engine.heartbeats().ping(id, ping)
        };
        ping(p, id, PingWord::Success).await.unwrap();
        began(1, PingWord::Start).await.unwrap();
        p.clock.advance(Duration::seconds(200));
        ping(p, id, PingWord::Fail).await.unwrap();
        p.clock.advance(Duration::seconds(2));
        let deployment = p.announce("1.0.0").await;
        let (state, reason) = p.state(deployment, "load").await;
        assert_eq!(state, "running", "{reason}");
        assert!(reason.contains("It has not been heard of since the deployment"), "{reason}");
        ping(p, id, PingWord::Success).await.unwrap();
        assert_eq!(p.state(deployment, "load").await.0, "passed");
        // What fails since then does, and says what it was.
        began(2, PingWord::Start).await.unwrap();
        p.clock.advance(Duration::seconds(20));
        ping(p, id, PingWord::Success).await.unwrap();
        p.clock.advance(Duration::seconds(20));
        p.engine.heartbeats().detect_missed().await.unwrap();
        let (state, reason) = p.state(deployment, "load").await;
        assert_eq!(state, "failed", "{reason}");
        assert!(reason.contains("has not ended within the grace of"), "{reason}");
        // Retired while it fails, it is signed for by name.
        p.engine.heartbeats().retire(&p.operator(), "shop", "worker").await.unwrap();
        let reason = p.gate(deployment).await.reason;
        assert!(reason.contains("Since then the heartbeat was retired."), "{reason}");
    })
    .await;
}

/// One that hears of nobody since it was missed for what ran before is missed for what runs now as well.
#[rstest]
#[tokio::test]
async fn one_that_is_down_already_is_missed_again(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = put(p, "worker", every(600, Some("load"))).await;
        let rid = Some(Uuid::from_u128(1));
        let start =
            Ping { word: PingWord::Start, rid, source: "192.0.2.1".into(), body: Vec::new() };
        p.engine.heartbeats().ping(id, start).await.unwrap();
        p.clock.advance(Duration::seconds(20));
        let deployment = p.announce("1.0.0").await;
        ping(p, id, PingWord::Success).await.unwrap();
        assert_eq!(p.state(deployment, "load").await.0, "passed");
        p.clock.advance(Duration::seconds(20));
        p.engine.heartbeats().detect_missed().await.unwrap();
        assert_eq!(seen(p, "worker").await.state, "down", "for the run from before");
        assert_eq!(p.state(deployment, "load").await.0, "passed");
        p.clock.advance(Duration::seconds(700));
        p.engine.heartbeats().detect_missed().await.unwrap();
        let (state, reason) = p.state(deployment, "load").await;
        assert_eq!(state, "failed", "{reason}");
        assert!(reason.contains("which is too long"), "{reason}");
    })
    .await;
}

/// One that was silent before the deployment is missed for what runs now as well, in its own time.
#[rstest]
#[tokio::test]
async fn one_that_was_silent_before_is_expected_from_the_deployment_on(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let id = put(p, "worker", every(60, None)).await;
        ping(p, id, PingWord::Success).await.unwrap();
        p.clock.advance(Duration::seconds(600));
        p.engine.heartbeats().detect_missed().await.unwrap();
        let deployment = p.announce("1.0.0").await;
        let reason = async || p.gate(deployment).await.reason;
        assert!(reason().await.contains("nothing has failed"), "{}", reason().await);
        p.clock.advance(Duration::seconds(85));
        p.engine.heartbeats().detect_missed().await.unwrap();
        assert!(reason().await.contains("nothing has failed"), "{}", reason().await);
        p.clock.advance(Duration::seconds(10));
        p.engine.heartbeats().detect_missed().await.unwrap();
        let said = reason().await;
        let words =
            "worker failed: It has not been heard of since the deployment, which is too long.";
        assert!(said.contains(words), "{said}");
        assert_eq!(p.view(deployment).await.reason, said);
        // A run of it that began since and hangs is told of as such.
        let rid = Some(Uuid::from_u128(7));
        let start =
            Ping { word: PingWord::Start, rid, source: "192.0.2.1".into(), body: Vec::new() };
        p.engine.heartbeats().ping(id, start).await.unwrap();
        p.clock.advance(Duration::seconds(120));
        p.engine.heartbeats().detect_missed().await.unwrap();
        assert!(reason().await.contains("has not ended within the grace"), "{}", reason().await);
    })
    .await;
}

/// A clock that was ahead proves nothing once it is put right.
#[rstest]
#[tokio::test]
async fn what_was_heard_while_a_clock_was_ahead_is_not_heard(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let id = put(p, "worker", every(60, Some("load"))).await;
        p.clock.advance(Duration::days(1));
        ping(p, id, PingWord::Success).await.unwrap();
        p.clock.advance(-Duration::days(1));
        let deployment = p.announce("1.0.0").await;
        let (state, reason) = p.state(deployment, "load").await;
        assert_ne!(state, "passed", "{reason}");
        ping(p, id, PingWord::Success).await.unwrap();
        assert_eq!(p.state(deployment, "load").await.0, "passed");
        p.clock.advance(Duration::seconds(200));
        p.engine.heartbeats().detect_missed().await.unwrap();
        assert_eq!(p.state(deployment, "load").await.0, "failed");
    })
    .await;
}
