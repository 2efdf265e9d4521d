//! Deployments with their boxes, evidence, waivers, signatures and rollbacks.

use domain::{
    deployment::Deployment,
    evidence::Evidence,
    ids::{DeploymentId, EvidenceId, ItemId, SignOffId, WaiverId},
    item::{AutomatedStatus, Item, ItemState, ManualResult, ManualStatus, PostedResult},
    rollback::{HookState, Rollback},
    runbook::MachineRule,
    sign_off::SignOff,
    verdict::Verdict,
    waiver::Waiver,
    watch::WatchState,
};
use rstest::rstest;
use store::{
    deployments, rollbacks,
    runs::{self, evidence, items, sign_offs, waivers},
};

use crate::{
    harness::On,
    seed::{MICROSECOND, at, deploy, ground, id, item, put_items},
};

#[rstest]
#[tokio::test]
async fn a_deployment_comes_back_as_it_went(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let first = ground.deployment("1.0.0", 0);
        let second = Deployment {
            deployers: Vec::new(),
            url: None,
            notes: "„Größer“\nund schneller".into(),
            replaces_id: Some(first.id),
            superseded_by_id: Some(first.id),
            closed_at: Some(at(9) + MICROSECOND),
            revoked: None,
            ..ground.deployment("1.1.0", 5)
        };
        deploy(&db.store, &[first.clone(), second.clone()]).await;
        let mut link = db.store.read().await.unwrap();
        assert_eq!(deployments::by_id(&mut link, first.id).await.unwrap(), Some(first));
        assert_eq!(deployments::by_id(&mut link, second.id).await.unwrap(), Some(second));
        assert_eq!(deployments::by_id(&mut link, DeploymentId(id())).await.unwrap(), None);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_place_has_one_open_watch(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let open = ground.watching("1.0.0", 0);
        let staging = Deployment { environment: "staging".into(), ..ground.watching("1.1.0", 1) };
        let closed = ground.deployment("0.9.0", -9);
        deploy(&db.store, &[open.clone(), staging.clone(), closed]).await;
        let second = ground.watching("1.1.0", 2);
        let refused = second.clone();
        let refused = act!(db.store, |tx| deployments::insert(tx, refused).await).unwrap_err();
        assert!(refused.is_unique_violation(), "{refused}");

        let (open_id, second_id, to_insert) = (open.id, second.id, second.clone());
        act!(db.store, |tx| {
            runs::close(tx, open_id.into(), WatchState::Superseded, at(2)).await?;
            deployments::insert(tx, to_insert).await?;
            deployments::set_superseded_by(tx, open_id, second_id).await?;
            let reason = "1 of 2.".to_owned();
            let said = runs::NewVerdict {
                verdict: Verdict::Failed,
                reason,
                open_items: 1,
                waived_items: 0,
                required_items: 2,
            };
            runs::set_verdict(tx, second_id.into(), said).await
        })
        .unwrap();
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        let service = ground.service.id;
        let now_open = deployments::watching(link, service, "production").await.unwrap().unwrap();
        assert_eq!(now_open.id, second_id);
        assert_eq!(
            (now_open.verdict, now_open.reason.as_str(), now_open.open_items),
            (Verdict::Failed, "1 of 2.", 1)
        );
        let gone = deployments::by_id(link, open_id).await.unwrap().unwrap();
        assert_eq!(gone.state, WatchState::Superseded);
        assert_eq!(gone.superseded_by_id, Some(second_id));
        assert_eq!(gone.closed_at, Some(at(2)));
        assert_eq!(deployments::watching(link, service, "staging").await.unwrap(), Some(staging));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_runs_and_what_a_rollback_restores(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let service = ground.service.id;
        {
            let mut link = db.store.read().await.unwrap();
            assert!(!deployments::any(&mut link, service, "production").await.unwrap());
            assert_eq!(deployments::running(&mut link, service, "production").await.unwrap(), None);
        }
        let good = ground.deployment("1.0.0", 0);
        let superseded =
            Deployment { state: WatchState::Superseded, ..ground.deployment("1.1.0", 10) };
        let again = ground.deployment("1.2.0", 20);
        let bad = Deployment { state: WatchState::RolledBack, ..ground.deployment("1.3.0", 30) };
        deploy(&db.store, &[bad.clone(), again.clone(), superseded, good.clone()]).await;
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        assert!(deployments::any(link, service, "production").await.unwrap());
        assert!(!deployments::any(link, service, "staging").await.unwrap());
        let running = deployments::running(link, service, "production").await.unwrap();
        assert_eq!(running, Some(again.clone()));
        assert_eq!(
            deployments::running_everywhere(link).await.unwrap(),
            std::slice::from_ref(&again)
        );

        let last_good = async |link: &mut store::Connection, before, other_than: &str| {
            deployments::last_good(link, service, "production", before, other_than)
                .await
                .unwrap()
                .map(|found| found.version)
        };
        assert_eq!(last_good(link, at(30), "1.3.0").await.as_deref(), Some("1.2.0"));
        assert_eq!(last_good(link, at(30), "1.2.0").await.as_deref(), Some("1.0.0"));
        // Strictly before.
        assert_eq!(last_good(link, at(20), "1.2.0").await.as_deref(), Some("1.0.0"));
        assert_eq!(last_good(link, at(0), "9").await, None);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn boxes_keep_what_was_said(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let deployment = ground.watching("1.0.0", 0);
        deploy(&db.store, std::slice::from_ref(&deployment)).await;
        let plain = Item {
            role: None,
            probes: vec![],
            required: false,
            not_required_because: Some("Only on staging.".into()),
            state: ItemState::NotRequired,
            ..item(&deployment, "plain", 2)
        };
        let full = Item {
            due_at: Some(at(60) + MICROSECOND),
            machine_rule: Some(MachineRule::RollbackRehearsed),
            ..item(&deployment, "full", 1)
        };
        put_items(&db.store, &[plain.clone(), full.clone()]).await;
        {
            let mut link = db.store.read().await.unwrap();
            let found = items::of_run(&mut link, deployment.id.into()).await.unwrap();
            assert_eq!(found, [full.clone(), plain.clone()]);
        }

        let spoken = Item {
            posted_result: Some(PostedResult {
                word: AutomatedStatus::Undecided,
                sentence: "No test in it.".into(),
                by: "junit".into(),
                at: at(70),
            }),
            machine: Some((AutomatedStatus::Failed, "hsts: no header.".into())),
            person: Some(ManualResult {
                word: ManualStatus::Passed,
                name: "Jo".into(),
                note: "Saw it.".into(),
                at: at(71),
            }),
            state: ItemState::Failed,
            reason: "hsts: no header.".into(),
            updated_at: at(72) + MICROSECOND,
            ..full.clone()
        };
        let update = spoken.clone();
        act!(db.store, |tx| items::update(tx, &update).await).unwrap();
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        let found = items::by_key(link, deployment.id.into(), "full").await.unwrap();
        assert_eq!(found, Some(spoken.clone()));
        assert_eq!(items::by_key(link, deployment.id.into(), "none").await.unwrap(), None);

        // Words taken back are gone from the box.
        let silent = Item { posted_result: None, machine: None, person: None, ..spoken };
        let update = silent.clone();
        act!(db.store, |tx| items::update(tx, &update).await).unwrap();
        let found = items::by_key(link, deployment.id.into(), "full").await.unwrap();
        assert_eq!(found, Some(silent));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn boxes_that_wait_come_soonest_due_first(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let open = ground.watching("1.1.0", 0);
        let closed = ground.deployment("1.0.0", -5);
        deploy(&db.store, &[closed.clone(), open.clone()]).await;
        let due = |key: &str, position, seconds: Option<i64>| Item {
            due_at: seconds.map(at),
            ..item(&open, key, position)
        };
        let state = |key: &str, position, state| Item { state, ..due(key, position, None) };
        put_items(
            &db.store,
            &[
                due("whenever", 0, None),
                due("late", 1, Some(20)),
                due("soon", 2, Some(10)),
                Item { required: false, ..due("optional", 3, Some(1)) },
                state("passed", 4, ItemState::Passed),
                state("waived", 5, ItemState::Waived),
                state("not-required", 6, ItemState::NotRequired),
                state("failed", 7, ItemState::Failed),
                item(&closed, "of-a-closed-watch", 0),
            ],
        )
        .await;
        let mut link = db.store.read().await.unwrap();
        let keys = |found: Vec<Item>| found.into_iter().map(|i| i.key).collect::<Vec<_>>();
        let all = items::waiting(&mut link, 100).await.unwrap();
        assert_eq!(keys(all), ["soon", "late", "whenever", "failed"]);
        let two = items::waiting(&mut link, 2).await.unwrap();
        assert_eq!(keys(two), ["soon", "late"]);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn evidence_newest_first_for_each_box(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let deployment = ground.watching("1.0.0", 0);
        let [one, two] = [("one", 0), ("two", 1)].map(|(key, at)| item(&deployment, key, at));
        deploy(&db.store, std::slice::from_ref(&deployment)).await;
        put_items(&db.store, &[one.clone(), two.clone()]).await;
        let piece = |on: &Item, when| Evidence {
            id: EvidenceId(id()),
            run_id: deployment.id.into(),
            item_id: on.id,
            at: when,
            source_kind: "report".into(),
            source_name: "junit".into(),
            status: "failed".into(),
            summary: "2 of 40 failed.".into(),
            url: Some("https://ci.example.org/2".into()),
            started_at: Some(at(1) + MICROSECOND),
            finished_at: Some(at(2)),
            details: "{\"failed\":2}".into(),
        };
        let a = piece(&one, at(5));
        let b = piece(&one, at(5) + MICROSECOND);
        let c = Evidence { url: None, started_at: None, finished_at: None, ..piece(&two, at(4)) };
        let all = [b.clone(), c.clone(), a.clone()];
        act!(db.store, |tx| {
            for record in all {
                evidence::insert(tx, record);
            }
            Ok(())
        })
        .unwrap();
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        let found = evidence::of_items(link, &[one.id, two.id], 9).await.unwrap();
        assert_eq!(found, [b.clone(), a, c]);
        assert_eq!(evidence::of_items(link, &[one.id], 1).await.unwrap(), [b]);
        assert_eq!(evidence::of_items(link, &[ItemId(id())], 9).await.unwrap(), []);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn waivers_end_and_expire(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let open = ground.watching("1.1.0", 0);
        let closed = ground.deployment("1.0.0", -5);
        deploy(&db.store, &[closed.clone(), open.clone()]).await;
        let waived = |mut item: Item| {
            item.state = ItemState::Waived;
            item
        };
        let [one, two] = [("one", 0), ("two", 1)].map(|(key, at)| waived(item(&open, key, at)));
        let of_closed = item(&closed, "one", 0);
        put_items(&db.store, &[one.clone(), two.clone(), of_closed.clone()]).await;
        let waiver = |on: &Item, granted, expires| Waiver {
            id: WaiverId(id()),
            run_id: on.run_id,
            item_id: on.id,
            approver_id: Some(ground.person.person.id),
            approver_name: "Jo".into(),
            reason: "The vendor is down.".into(),
            granted_at: at(granted),
            expires_at: at(expires),
            ended_at: None,
            ended_by: None,
        };
        let first = waiver(&one, 1, 10);
        let second = waiver(&one, 2, 20);
        let other = waiver(&two, 3, 20);
        let all = [first.clone(), second.clone(), other.clone(), waiver(&of_closed, 1, 10)];
        act!(db.store, |tx| {
            for record in all {
                waivers::insert(tx, record).await?;
            }
            Ok(())
        })
        .unwrap();
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        let standing = waivers::not_ended(link, open.id.into()).await.unwrap();
        assert_eq!(standing, [other.clone(), second, first]);
        // From is left out and until is included, so that nothing falls between two looks; a
        // closed watch does not count, and a run with two of them is named once.
        assert_eq!(waivers::expired_in(link, at(0), at(10)).await.unwrap(), [open.id.into()]);
        assert_eq!(waivers::expired_in(link, at(10), at(20) - MICROSECOND).await.unwrap(), []);
        assert_eq!(waivers::expired_in(link, at(10), at(20)).await.unwrap(), [open.id.into()]);

        let one_id = one.id;
        let ended = act!(db.store, |tx| waivers::end(tx, one_id, at(5), "Al".into()).await);
        let ended = ended.unwrap();
        assert_eq!(ended.len(), 2);
        assert!(ended.iter().all(|one| one.ended_at == Some(at(5))), "{ended:?}");
        let again = act!(db.store, |tx| waivers::end(tx, one_id, at(6), "Al".into()).await);
        assert_eq!(again.unwrap(), []);
        assert_eq!(waivers::not_ended(link, open.id.into()).await.unwrap(), [other]);
        assert_eq!(waivers::expired_in(link, at(0), at(10)).await.unwrap(), []);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_person_signs_once(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let deployment = ground.watching("1.0.0", 0);
        deploy(&db.store, std::slice::from_ref(&deployment)).await;
        let signature = SignOff {
            id: SignOffId(id()),
            run_id: deployment.id.into(),
            person_id: ground.person.person.id,
            person_name: "Jo".into(),
            role: "approver".into(),
            comment: "Looks good.".into(),
            did_not_deploy: None,
            alone: false,
            despite: Some("waived: release-notes".into()),
            at: at(3) + MICROSECOND,
            voided: None,
        };
        let again = SignOff { id: SignOffId(id()), role: "dba".into(), ..signature.clone() };
        let first = signature.clone();
        act!(db.store, |tx| sign_offs::insert(tx, first).await).unwrap();
        let refused = act!(db.store, |tx| sign_offs::insert(tx, again).await).unwrap_err();
        assert!(refused.is_unique_violation());
        let mut link = db.store.read().await.unwrap();
        let given = sign_offs::of_run(&mut link, deployment.id.into()).await.unwrap();
        assert_eq!(given, [signature]);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_deployment_is_rolled_back_once(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let [one, two] = [ground.deployment("1.0.0", 0), ground.deployment("1.1.0", 1)];
        deploy(&db.store, &[one.clone(), two.clone()]).await;
        let rollback = |of: &Deployment, hook_state| Rollback {
            deployment_id: of.id,
            reason: "Errors.".into(),
            triggered_by: "Jo".into(),
            at: at(5),
            target_version: Some("0.9.0".into()),
            hook_state,
            hook_sentence: String::new(),
            hook_at: None,
        };
        let by_hand = Rollback { target_version: None, ..rollback(&one, HookState::None) };
        let hooked = rollback(&two, HookState::Pending);
        let (a, b, again) = (by_hand.clone(), hooked.clone(), by_hand.clone());
        act!(db.store, |tx| {
            rollbacks::insert(tx, a).await?;
            rollbacks::insert(tx, b).await
        })
        .unwrap();
        let refused = act!(db.store, |tx| rollbacks::insert(tx, again).await).unwrap_err();
        assert!(refused.is_unique_violation());
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        assert_eq!(rollbacks::of_deployment(link, one.id).await.unwrap(), Some(by_hand));

        let two_id = two.id;
        act!(db.store, |tx| {
            let sentence = "The hook answered 500.".into();
            rollbacks::set_hook(tx, two_id, HookState::Failed, sentence, at(6)).await
        })
        .unwrap();
        let settled = Rollback {
            hook_state: HookState::Failed,
            hook_sentence: "The hook answered 500.".into(),
            hook_at: Some(at(6)),
            ..hooked
        };
        assert_eq!(rollbacks::of_deployment(link, two.id).await.unwrap(), Some(settled));
    })
    .await;
}
