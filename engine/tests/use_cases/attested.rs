//! The audit log vouches for signatures, waivers and evidence: other hands are found.

use engine::{
    doctor::{self, Finding, Level},
    runs::ResultStatus,
};
use rstest::rstest;
use store::{Kind, StoreError};

use crate::{
    common::{Portal, RUNBOOK, begin},
    harness::On,
};

async fn records(p: &Portal) -> Finding {
    let found = doctor::database(&mut p.store.read().await.unwrap(), p.engine.now()).await;
    found.into_iter().find(|finding| finding.about == "records").unwrap()
}

/// Writes as one who has the database in their hands: without the triggers.
async fn by_hand(p: &Portal, table: &'static str, sql: &'static str) {
    let on_sqlite = p.engine.database() == Kind::Sqlite;
    let unguard: Vec<String> = if on_sqlite {
        ["never_changed", "never_deleted", "never_replaced", "end_once"]
            .map(|what| format!("DROP TRIGGER IF EXISTS {table}_{what}"))
            .into()
    } else {
        vec![format!("ALTER TABLE {table} DISABLE TRIGGER USER")]
    };
    let written = p.store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            for statement in unguard {
                tx.query(sqlx::AssertSqlSafe(statement)).execute().await?;
            }
            tx.query(sql).execute().await
        })
    });
    assert!(written.await.unwrap() > 0, "{sql} changes something");
}

#[rstest]
#[case("evidence", "UPDATE evidence SET status = 'passed' WHERE status = 'failed'", "was changed")]
#[case("sign_offs", "UPDATE sign_offs SET person_name = 'Ben'", "was changed")]
#[case("waivers", "UPDATE waivers SET expires_at = expires_at + 1", "was changed")]
#[case("waivers", "DELETE FROM waivers", "was removed")]
#[case("evidence", "DELETE FROM evidence WHERE status = 'failed'", "was removed")]
#[case("waivers", "UPDATE waivers SET ended_at = NULL, ended_by = NULL", "was removed")]
#[case("voided_sign_offs", "DELETE FROM voided_sign_offs", "was removed")]
#[case(
    "waivers",
    "INSERT INTO waivers SELECT run_id, run_id, item_id, approver_id, approver_name, reason, \
     granted_at + 1, expires_at, ended_at, ended_by FROM waivers",
    "is in no audit entry"
)]
#[tokio::test]
async fn what_other_hands_did_is_found(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[case] table: &'static str,
    #[case] sql: &'static str,
    #[case] fault: &str,
) {
    // Not as the other tests, at whose end all is as it was added.
    on.run(async |db| {
        let p = &Portal::open(db).await;
        p.engine.runbooks().publish(&p.admin(), "small.yaml", RUNBOOK).await.unwrap();
        let signed = p.signed_off("1.0.0").await;
        // Which takes the sign-off back.
        p.post(signed, "load", ResultStatus::Failed).await.unwrap();
        let id = p.announce("1.1.0").await;
        p.post(id, "load", ResultStatus::Failed).await.unwrap();
        let until = begin() + chrono::Duration::hours(9);
        p.engine.runs().waive(&p.ann(), id, "mail", "No catcher here.", until).await.unwrap();
        p.engine.runs().end_waiver(&p.ann(), id, "mail").await.unwrap();
        let well = records(p).await;
        assert_eq!(well.level, Level::Ok, "{}", well.sentence);
        let count: usize = well.sentence.split(' ').next().unwrap().parse().unwrap();
        assert!(count >= 8, "evidence, signature, void, waiver and its end: {}", well.sentence);
        p.verify().await;

        by_hand(p, table, sql).await;
        let found = records(p).await;
        assert_eq!(found.level, Level::Problem, "{}", found.sentence);
        assert!(found.sentence.contains(fault), "{}", found.sentence);
    })
    .await;
}
