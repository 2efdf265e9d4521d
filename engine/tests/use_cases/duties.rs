//! Duties: when their runs open, what their boxes wait for, how they are late and done.

use chrono::Duration;
use domain::{ids::DutyRunId, roles::Scope};
use engine::{
    Error,
    clock::Clock as _,
    duties::{DutyRequest, DutyView},
    heartbeats::{HeartbeatRequest, Ping, PingWord},
    runs::{ManualAction, ResultRequest, ResultStatus, SignedOff},
    services::{EnvironmentRequest, ServiceRequest},
};
use rstest::rstest;

use crate::{
    common::{Portal, portal, report, token},
    harness::On,
};

const DRILL: &str = "slug: drill\ntitle: Drill\napplies_to:\n  duty:\n    cadence: monthly\nwatch: 7d\nitems:\n  - key: offsite\n    title: One copy is off-site\n    actor: mixed\n    due: T+1d\n    instructions: Look.\n  - key: restored\n    title: Restored\n    actor: automated\n    due: T+5d\n    instructions: Restore.\n  - key: clean\n    title: Cleaned up\n    actor: human\n    instructions: Clean.\n";

async fn switch_on(p: &Portal) -> DutyRunId {
    p.engine.runbooks().publish(&p.admin(), "drill.yaml", DRILL).await.unwrap();
    let request = DutyRequest { environment: "production".into(), starts_at: None };
    let answer = p.engine.duties().put(&p.admin(), "shop", "drill", request).await.unwrap();
    assert!(answer.created);
    only(p).await.run.map(|run| DutyRunId(run.id)).unwrap()
}

async fn only(p: &Portal) -> DutyView {
    let mut all = p.engine.duties().list(&p.ci()).await.unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

async fn state(p: &Portal, key: &str) -> String {
    let run = only(p).await.run.unwrap();
    run.items.into_iter().find(|item| item.key == key).unwrap().state
}

async fn pass(p: &Portal, key: &str, run: DutyRunId) {
    let request = ResultRequest {
        status: ResultStatus::Passed,
        summary: Some("Restored in 11 min.".into()),
        evidence_url: None,
        started_at: None,
        finished_at: None,
        details: None,
    };
    p.engine.runs().post_result(&p.ci(), run, key, request, None).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn a_drill_is_done_when_machines_and_people_have_spoken(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let run = switch_on(p).await;
        assert_eq!(only(p).await.state, "open");
        // Nothing reports yet: that is no pass.
        assert_eq!(state(p, "offsite").await, "open");
        let beat = HeartbeatRequest {
            environment: "production".into(),
            period_s: Some(86_400),
            cron: None,
            time_zone: None,
            grace_s: Some(3_600),
            item: Some("offsite".into()),
            label: None,
        };
        let answer = p.engine.heartbeats().put(&p.admin(), "shop", "copy", beat).await.unwrap();
        let url = answer.value.ping_url.unwrap();
        let ping_id = url.rsplit('/').next().unwrap().parse().unwrap();
        p.clock.advance(Duration::hours(1));
        let ping = |word| Ping { word, rid: None, source: "127.0.0.1".into(), body: Vec::new() };
        p.engine.heartbeats().ping(ping_id, ping(PingWord::Fail)).await.unwrap();
        assert_eq!(state(p, "offsite").await, "failed");
        p.engine.heartbeats().ping(ping_id, ping(PingWord::Success)).await.unwrap();
        assert_eq!(state(p, "offsite").await, "open");

        let actor = p.operator();
        let tick = ManualAction::Tick;
        let refused = p.engine.runs().set_manual_status(&p.ci(), run, "offsite", tick, "").await;
        assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
        let refused = p.engine.runs().set_manual_status(&actor, run, "restored", tick, "").await;
        assert!(matches!(refused, Err(Error::Conflict { .. })), "{refused:?}");
        p.engine
            .runs()
            .set_manual_status(&actor, run, "offsite", tick, "Listed it.")
            .await
            .unwrap();
        p.engine.runs().set_manual_status(&actor, run, "clean", tick, "").await.unwrap();
        let refused = p.engine.runs().sign_off(&p.ann(), run, "").await.unwrap_err();
        let Error::Conflict { open, .. } = refused else { panic!("{refused:?}") };
        assert_eq!(open, ["restored"]);
        pass(p, "restored", run).await;
        assert_eq!(state(p, "restored").await, "passed");
        let refused = p.engine.runs().sign_off(&p.ci(), run, "").await;
        assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
        assert_eq!(p.engine.runs().sign_off(&p.ann(), run, "").await.unwrap(), SignedOff::RunDone);

        let after = only(p).await;
        assert_eq!((after.state.as_str(), after.run.is_none()), ("planned", true));
        let refused =
            p.engine.runs().set_manual_status(&actor, run, "clean", ManualAction::Untick, "").await;
        assert!(matches!(refused, Err(Error::Conflict { .. })), "{refused:?}");
        let page = p.engine.duties().run_page(&p.viewer, run).await.unwrap();
        let said: Vec<_> = page.page.timeline.iter().map(|entry| entry.action.as_str()).collect();
        assert_eq!(said.first(), Some(&"duty.sign_off"));
        assert_eq!(said.last(), Some(&"duty.open"));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_is_late_is_told_once_and_the_next_run_waits(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let run = switch_on(p).await;
        let first = only(p).await;
        let reminders = async || {
            let page = p.engine.duties().run_page(&p.viewer, run).await.unwrap();
            let told = page.page.timeline.into_iter().filter(|entry| entry.action == "duty.remind");
            told.map(|entry| entry.sentence).collect::<Vec<_>>()
        };
        p.engine.duties().open_due_runs().await.unwrap();
        assert_eq!(reminders().await.len(), 0);
        p.clock.advance(Duration::hours(25));
        for _ in 0..3 {
            p.engine.duties().open_due_runs().await.unwrap();
        }
        assert_eq!(only(p).await.state, "overdue");
        let told = reminders().await;
        assert_eq!(told, ["Drill of shop is overdue: offsite"]);

        // The next time comes and goes: the open run stays the only one.
        p.clock.advance(Duration::days(40));
        p.engine.duties().open_due_runs().await.unwrap();
        assert_eq!(only(p).await.run.unwrap().id, run.0);
        pass(p, "restored", run).await;
        for key in ["offsite", "clean"] {
            let until = p.clock.now() + Duration::days(7);
            p.engine.runs().waive(&p.ben(), run, key, "Moved house.", until).await.unwrap();
        }
        let in_spite = p.in_spite(run).await;
        p.engine.runs().sign_off(&p.ann(), run, in_spite).await.unwrap();
        p.engine.duties().open_due_runs().await.unwrap();
        // What was done for the one does not count for the other: the next opens at its own time.
        let after = only(p).await;
        let in_months = |n| first.starts_at.checked_add_months(chrono::Months::new(n)).unwrap();
        assert_eq!((after.state.as_str(), after.next_at), ("planned", Some(in_months(2))));
        p.clock.advance(Duration::days(22));
        p.engine.duties().open_due_runs().await.unwrap();
        let next = only(p).await.run.unwrap();
        assert_eq!(next.opened_at, in_months(2));
        assert_eq!(next.items[0].state, "open");
        // Portals that look at the same time open it once.
        p.engine.duties().open_due_runs().await.unwrap();
        assert_eq!(only(p).await.run.unwrap().id, next.id);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_is_done_once_counts_from_the_first_deployment(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let first = p.announce("1.0.0").await;
        let deployed = p.clock.now();
        p.clock.advance(Duration::days(10));
        p.announce("1.1.0").await;
        let once = DRILL.replace("monthly", "once").replace("slug: drill", "slug: month");
        p.engine.runbooks().publish(&p.admin(), "month.yaml", &once).await.unwrap();
        let request = DutyRequest { environment: "production".into(), starts_at: None };
        p.engine.duties().put(&p.admin(), "shop", "month", request.clone()).await.unwrap();
        let duty = only(p).await;
        assert_eq!(duty.starts_at, deployed, "of {first}");
        assert_eq!((duty.state.as_str(), duty.next_at), ("overdue", None));

        p.engine.duties().retire(&p.admin(), "shop", "month", "production").await.unwrap();
        assert_eq!(p.engine.duties().list(&p.ci()).await.unwrap().len(), 0);
        p.engine.duties().open_due_runs().await.unwrap();
        // It comes back with the run it had.
        let answer = p.engine.duties().put(&p.admin(), "shop", "month", request).await.unwrap();
        assert!(answer.created);
        assert_eq!(only(p).await.run.map(|run| run.id), duty.run.map(|run| run.id));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn bad_requests_say_what_to_change(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        p.engine.runbooks().publish(&p.admin(), "drill.yaml", DRILL).await.unwrap();
        let request =
            |environment: &str| DutyRequest { environment: environment.into(), starts_at: None };
        let put = async |runbook: &str, request| {
            p.engine.duties().put(&p.admin(), "shop", runbook, request).await.unwrap_err()
        };
        assert!(matches!(put("none", request("production")).await, Error::NotFound { .. }));
        let at_fault = put("drill", request("moon")).await;
        assert_eq!(crate::common::field(at_fault), "/environment");
        let far = DutyRequest {
            starts_at: Some(p.clock.now() + Duration::days(800)),
            ..request("production")
        };
        assert_eq!(crate::common::field(put("drill", far).await), "/starts_at");
        let no_duty = put("first-deploy", request("production")).await;
        assert!(matches!(no_duty, Error::Conflict { .. } | Error::NotFound { .. }), "{no_duty}");
        let viewer = domain::actor::Actor::Person(p.viewer.clone());
        let refused = p.engine.duties().put(&viewer, "shop", "drill", request("production")).await;
        assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    })
    .await;
}

/// What every run has, a duty's has too: probes of its own, reports as evidence, waivers that can be
/// ended, a place under "Waits on you", and the gate.
#[rstest]
#[tokio::test]
async fn a_duty_is_worked_like_a_deployment(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let app = axum::Router::new().route("/", axum::routing::get(async || "Welcome"));
        let url = format!("http://{}", crate::common::serve(app).await);
        let drill = DRILL
            .replace("  - key: restored\n", "  - key: restored\n    probes: [exposed-files]\n");
        p.engine.runbooks().publish(&p.admin(), "drill.yaml", &drill).await.unwrap();
        let place = ServiceRequest {
            name: "Shop".into(),
            environments: vec![EnvironmentRequest {
                slug: "production".into(),
                base_url: Some(Some(url)),
                plain_http_because: None,
            }],
            ..ServiceRequest::default()
        };
        p.engine.services().put(&p.admin(), "shop", place).await.unwrap();
        let request = DutyRequest { environment: "production".into(), starts_at: None };
        p.engine.duties().put(&p.admin(), "shop", "drill", request).await.unwrap();
        let run = only(p).await.run.map(|run| DutyRunId(run.id)).unwrap();

        // Its own probe closes its box, with nothing deployed.
        let actor = p.operator();
        assert_eq!(state(p, "restored").await, "running");
        p.clock.advance(Duration::seconds(1));
        let probed = p.engine.checks().probe_item(&actor, run, "restored").await.unwrap();
        assert_eq!(probed.len(), 1);
        assert_eq!(state(p, "restored").await, "passed");

        // A report on a person's box stands beside it and closes nothing.
        let good = report("<testsuite tests=\"1\"><testcase name=\"a\"/></testsuite>");
        let runs = p.engine.runs();
        runs.post_report(&p.ci(), run, "clean", good, None).await.unwrap();
        let seen = only(p).await.run.unwrap();
        let clean = seen.items.iter().find(|item| item.key == "clean").unwrap();
        assert_eq!((clean.state.as_str(), clean.evidence.len()), ("open", 1));
        assert_eq!(clean.evidence[0].source_kind, "report");

        // It waits on who may tick it, with the way there.
        let domain::actor::Actor::Person(person) = actor.clone() else { panic!("a person") };
        let board = p.engine.board().page(&person).await.unwrap();
        let (item, of) =
            board.waiting_on_me.iter().find(|(_, of)| of.run.id == run.into()).unwrap();
        assert_eq!((item.key.as_str(), of.path.as_str()), ("clean", &*format!("/duties/{run}")));

        let until = p.clock.now() + Duration::days(2);
        runs.waive(&p.ann(), run, "clean", "On holiday.", until).await.unwrap();
        assert_eq!(state(p, "clean").await, "waived");
        runs.end_waiver(&p.ann(), run, "clean").await.unwrap();
        assert_eq!(state(p, "clean").await, "open");
        runs.waive(&p.ann(), run, "clean", "On holiday.", until).await.unwrap();
        p.clock.advance(Duration::days(3));
        p.engine.runs().expire_waivers(crate::common::begin()).await.unwrap();
        assert_eq!(state(p, "clean").await, "open");

        // What was probed three days ago says nothing of now, until it is probed again.
        let gate = runs.gate(&p.ci(), run).await.unwrap();
        assert_eq!(gate.open, ["offsite", "restored", "clean"]);
        p.engine.checks().probe_item(&actor, run, "restored").await.unwrap();
        let gate = runs.gate(&p.ci(), run).await.unwrap();
        assert_eq!(gate.open, ["offsite", "clean"]);
        // What is asked of one kind of run is not answered by the other.
        let other = domain::ids::DeploymentId(run.0);
        assert!(matches!(runs.gate(&p.ci(), other).await, Err(Error::NotFound { .. })));
        p.verify().await;
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_limited_token_hears_of_its_services_alone(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        p.engine.runbooks().publish(&p.admin(), "drill.yaml", DRILL).await.unwrap();
        let asked = DutyRequest { environment: "production".into(), starts_at: None };
        p.engine.duties().put(&p.admin(), "shop", "drill", asked).await.unwrap();
        p.put_service("bank", None).await;
        let limited = |services: &[&str]| token(&[Scope::Read], services);
        assert_eq!(p.engine.duties().list(&limited(&["shop"])).await.unwrap().len(), 1);
        assert!(p.engine.duties().list(&limited(&["bank"])).await.unwrap().is_empty());
    })
    .await;
}
