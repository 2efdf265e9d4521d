//! Whatever anybody does in whatever order, the gate never passes while a required box is open.

use chrono::Duration;
use domain::{
    actor::Actor, ids::DeploymentId, item::ItemState, roles::Scope, verdict::Verdict,
    watch::WatchState,
};
use engine::{
    rollback::RollbackRequest,
    runs::{ManualAction, ResultStatus},
};
use proptest::{prelude::*, test_runner::Config};
use store::{
    deployments,
    runs::{items, waivers},
};

use crate::{
    common::{Portal, announcement, portal, report, result, token},
    harness::On,
};

#[derive(Debug, Clone, Copy)]
enum Act {
    Announce(u8),
    Speak(ManualAction),
    Post(bool),
    Report(usize),
    Waive(i64),
    EndWaiver,
    Expire,
    Sign,
    RollBack,
    Later(i64),
}

const REPORTS: [&str; 3] = [
    r#"<testsuite tests="1"><testcase name="a"/></testsuite>"#,
    r#"<testsuite tests="1"><testcase name="a"><failure/></testcase></testsuite>"#,
    r#"<testsuite tests="0"/>"#,
];

const KEYS: [&str; 4] = ["smoke", "mail", "load", "cleanup"];

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        1 => (0u8..3).prop_map(Act::Announce),
        8 => prop_oneof![
            3 => Just(ManualAction::Tick), 1 => Just(ManualAction::MarkFailed), 1 => Just(ManualAction::Untick)
        ].prop_map(Act::Speak),
        8 => proptest::bool::weighted(0.8).prop_map(Act::Post),
        3 => (0..REPORTS.len()).prop_map(Act::Report),
        4 => (1i64..90).prop_map(Act::Waive),
        1 => Just(Act::EndWaiver),
        2 => Just(Act::Expire),
        3 => Just(Act::Sign),
        1 => Just(Act::RollBack),
        3 => (1i64..60).prop_map(Act::Later),
    ]
}

/// An act, by one of six actors, on one of the boxes.
fn step() -> impl Strategy<Value = (Act, usize, usize)> {
    (act(), 0usize..6, 0..KEYS.len())
}

fn actor(p: &Portal, n: usize) -> Actor {
    match n {
        0 => p.admin(),
        1 => p.ann(),
        2 => p.operator(),
        3 => Actor::Person(p.viewer.clone()),
        4 => p.ci(),
        _ => token(&[Scope::Admin], &[]),
    }
}

/// Tries an act; refusals are as good an outcome as any.
async fn attempt(p: &Portal, id: &mut DeploymentId, (act, n, key): (Act, usize, usize)) {
    let (actor, key) = (actor(p, n), KEYS[key]);
    let e = &p.engine;
    match act {
        Act::Announce(n) => {
            if let Ok(new) =
                e.deployments().announce_by_hand(&actor, announcement(&format!("1.{n}"))).await
            {
                *id = new;
            }
        }
        Act::Speak(act) => drop(e.runs().set_manual_status(&actor, *id, key, act, "Saw it.").await),
        Act::Post(good) => {
            let status = if good { ResultStatus::Passed } else { ResultStatus::Failed };
            drop(e.runs().post_result(&actor, *id, key, result(status), None).await);
        }
        Act::Report(n) => {
            drop(e.runs().post_report(&actor, *id, key, report(REPORTS[n]), None).await)
        }
        Act::Waive(minutes) => {
            let until = e.now() + Duration::minutes(minutes);
            drop(e.runs().waive(&actor, *id, key, "Down.", until).await);
        }
        Act::EndWaiver => drop(e.runs().end_waiver(&actor, *id, key).await),
        Act::Expire => drop(e.runs().expire_waivers(crate::common::begin()).await.unwrap()),
        Act::Sign => drop(e.runs().sign_off(&actor, *id, "").await),
        Act::RollBack => {
            let request = RollbackRequest { reason: "Errors.".into() };
            drop(e.rollback().trigger(&actor, *id, request, None).await);
        }
        Act::Later(minutes) => p.clock.advance(Duration::minutes(minutes)),
    }
}

/// Checks every deployment against what the database says of its boxes.
async fn check(p: &Portal) {
    let mut link = p.store.read().await.unwrap();
    let page = domain::page::Page::first(1_000);
    let all = deployments::list(&mut link, &Default::default(), page).await.unwrap();
    assert!(all.iter().filter(|d| d.state == WatchState::Watching).count() <= 1);
    for deployment in all {
        let gate = p.gate(deployment.id).await;
        let standing = waivers::not_ended(&mut link, deployment.id.into()).await.unwrap();
        let boxes = items::of_run(&mut link, deployment.id.into()).await.unwrap();
        // A box is closed by what was said about it, told apart here from how the state says so.
        let closed = |item: &domain::item::Item| {
            let person = item.person.as_ref().map(|said| said.word.as_str()) == Some("passed");
            let machine = item.machine.as_ref().map(|(word, _)| word.as_str()) == Some("passed");
            let ended = deployment.closed_at.unwrap_or_else(|| p.engine.now());
            let waived = standing.iter().any(|w| w.item_id == item.id && w.expires_at > ended);
            waived
                || match item.key.as_str() {
                    "smoke" | "cleanup" => person,
                    "load" => machine,
                    _ => person && machine,
                }
        };
        if gate.verdict == Verdict::Passed {
            let open: Vec<_> =
                boxes.iter().filter(|b| b.required && !closed(b)).map(|b| &b.key).collect();
            assert!(open.is_empty(), "passed while open: {open:?}");
            assert!(gate.open.is_empty());
        }
        if deployment.state == WatchState::SignedOff {
            assert!(boxes.iter().all(|b| !b.required || closed(b)));
        }
        // A token never closes a person's box.
        for item in boxes.iter().filter(|b| b.key == "smoke") {
            assert!(item.posted_result.is_none() && item.machine.is_none());
            assert!(item.state != ItemState::Passed || item.person.is_some());
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 12, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_gate_never_passes_with_an_open_box(steps in prop::collection::vec(step(), 10..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(portal(On::Sqlite, async |p| {
            let mut id = p.announce("1.0").await;
            for step in steps {
                attempt(p, &mut id, step).await;
                check(p).await;
            }
        }));
    }
}
