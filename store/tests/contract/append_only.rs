//! History is append-only, also for one who speaks to the database itself.

use domain::{
    attested::SignOffVoid,
    deployment::Deployment,
    evidence::Evidence,
    ids::{EvidenceId, SignOffId},
    item::Item,
    sign_off::SignOff,
};
use rstest::rstest;
use store::{
    audit,
    runs::{evidence, sign_offs},
};

use crate::{
    harness::On,
    seed::{Ground, at, chain, deploy, entry, ground, id, item, put_items},
};

fn piece(deployment: &Deployment, a_box: &Item) -> Evidence {
    Evidence {
        id: EvidenceId(id()),
        run_id: deployment.id.into(),
        item_id: a_box.id,
        at: at(1),
        source_kind: "person".into(),
        source_name: "Jo".into(),
        status: "passed".into(),
        summary: "Saw it.".into(),
        url: None,
        started_at: None,
        finished_at: None,
        details: "{}".into(),
    }
}

fn signature(ground: &Ground, deployment: &Deployment) -> SignOff {
    SignOff {
        id: SignOffId(id()),
        run_id: deployment.id.into(),
        person_id: ground.person.person.id,
        person_name: "Jo".into(),
        role: "approver".into(),
        comment: String::new(),
        did_not_deploy: None,
        alone: false,
        despite: None,
        at: at(1),
        voided: None,
    }
}

#[rstest]
#[tokio::test]
async fn no_update_and_no_delete(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[values("audit", "evidence", "sign_offs", "voided_sign_offs")] table: &'static str,
) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let deployment = ground.deployment("1.0.0", 0);
        let a_box = item(&deployment, "smoke-tests", 0);
        deploy(&db.store, std::slice::from_ref(&deployment)).await;
        put_items(&db.store, std::slice::from_ref(&a_box)).await;
        let (piece, signature) = (piece(&deployment, &a_box), signature(&ground, &deployment));
        act!(db.store, |tx| {
            tx.record(entry("first"));
            tx.record(entry("second"));
            evidence::insert(tx, piece);
            let sign_off = signature.id;
            sign_offs::insert(tx, signature).await?;
            let reason = "A box reopened.".into();
            sign_offs::void(tx, SignOffVoid { sign_off, at: at(2), reason }).await
        })
        .unwrap();

        let column = if table == "audit" { "sentence" } else { "at" };
        let value = if table == "audit" { "'forged'" } else { "0" };
        let statements =
            [format!("UPDATE {table} SET {column} = {value}"), format!("DELETE FROM {table}")];
        for statement in statements {
            let sql = statement.clone();
            let refused = act!(db.store, |tx| tx.query(sqlx::AssertSqlSafe(sql)).execute().await)
                .unwrap_err();
            let says = refused.to_string();
            assert!(says.contains("append-only") || says.contains("never"), "{statement}: {says}");
        }
        // The refusal undid only itself.
        assert_eq!(chain(&db.store).await, 2);
        let mut link = db.store.read().await.unwrap();
        assert_eq!(evidence::of_items(&mut link, &[a_box.id], 9).await.unwrap().len(), 1);
        assert_eq!(sign_offs::of_run(&mut link, deployment.id.into()).await.unwrap().len(), 1);
    })
    .await;
}

/// What is written down later in a row is let through; all else of it stands.
#[rstest]
#[tokio::test]
async fn waivers_baselines_and_rollbacks_stand(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let deployment = ground.deployment("1.0.0", 0);
        let a_box = item(&deployment, "smoke-tests", 0);
        deploy(&db.store, std::slice::from_ref(&deployment)).await;
        put_items(&db.store, std::slice::from_ref(&a_box)).await;
        let run = async |sql: &'static str| act!(db.store, |tx| tx.query(sql).execute().await);
        let fill = [
            "INSERT INTO waivers (id, run_id, item_id, approver_name, reason, granted_at, expires_at) \
             SELECT id, run_id, id, 'Jo', 'No rig.', 1, 2 FROM items",
            "INSERT INTO baselines (deployment_id, moment, indicator, samples, window_from, \
             window_until, coverage, gaps, source, captured_at) \
             SELECT id, '48h', 'uptime', 3, 1, 2, 1, '[]', 'probes', 3 FROM deployments",
            "INSERT INTO manual_baselines (deployment_id, taken_at, indicator, taken_by, label, \
             family, unit, direction, pass, samples, coverage, gaps, window_from, window_until, source) \
             SELECT id, 3, 'uptime', 'Jo', 'uptime', 'uptime', '%', 'higher_is_better', '[]', 3, 1, \
             '[]', 1, 2, 'probes' FROM deployments",
            "INSERT INTO rollbacks (deployment_id, reason, triggered_by, at, hook_state, \
             hook_sentence) SELECT id, 'Errors.', 'Jo', 1, 'pending', '' FROM deployments",
        ];
        for sql in fill {
            assert_eq!(run(sql).await.unwrap(), 1, "{sql}");
        }
        let refused = [
            "UPDATE waivers SET expires_at = 9",
            "DELETE FROM waivers",
            "UPDATE baselines SET value = 1",
            "DELETE FROM baselines",
            "UPDATE manual_baselines SET samples = 9",
            "DELETE FROM manual_baselines",
            "UPDATE rollbacks SET reason = 'None.'",
            "DELETE FROM rollbacks",
        ];
        for sql in refused {
            let says = run(sql).await.unwrap_err().to_string();
            assert!(says.contains("append-only") || says.contains("never"), "{sql}: {says}");
        }
        let ends = "UPDATE waivers SET ended_at = 5, ended_by = 'Jo'";
        assert_eq!(run(ends).await.unwrap(), 1);
        assert!(run(ends).await.is_err(), "once");
        assert_eq!(run("UPDATE rollbacks SET hook_state = 'done', hook_at = 4").await.unwrap(), 1);
        // Of two captures of a moment the first stands.
        let again = "INSERT INTO baselines (deployment_id, moment, indicator, samples, window_from, \
                     window_until, coverage, gaps, source, captured_at) \
                     SELECT id, '48h', 'uptime', 8, 1, 2, 1, '[]', 'probes', 3 FROM deployments \
                     WHERE true ON CONFLICT (deployment_id, moment, indicator) DO NOTHING";
        assert_eq!(run(again).await.unwrap(), 0);
        if on == On::Sqlite {
            let replaced = "INSERT OR REPLACE INTO baselines SELECT * FROM baselines";
            assert_eq!(run(replaced).await.unwrap(), 0);
            let refused = "INSERT OR REPLACE INTO waivers SELECT * FROM waivers";
            assert!(run(refused).await.is_err(), "{refused}");
        }
    })
    .await;
}

/// `INSERT OR REPLACE` deletes without asking the triggers that forbid it.
#[rstest]
#[tokio::test]
async fn nothing_is_replaced_on_sqlite(
    #[values(("audit", "seq"), ("evidence", "id"), ("sign_offs", "id"))] of: (
        &'static str,
        &'static str,
    ),
    #[values(false, true)] by_place: bool,
) {
    let (table, key) = of;
    On::Sqlite
        .run(async |db| {
            let ground = ground(&db.store).await;
            let deployment = ground.deployment("1.0.0", 0);
            let a_box = item(&deployment, "smoke-tests", 0);
            deploy(&db.store, std::slice::from_ref(&deployment)).await;
            put_items(&db.store, std::slice::from_ref(&a_box)).await;
            let (piece, signature) = (piece(&deployment, &a_box), signature(&ground, &deployment));
            act!(db.store, |tx| {
                tx.record(entry("first"));
                evidence::insert(tx, piece);
                sign_offs::insert(tx, signature).await
            })
            .unwrap();
            let columns = act!(db.store, |tx| {
                let sql = format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid");
                tx.query(sqlx::AssertSqlSafe(sql)).fetch_as(|row| row.get::<String>("name")).await
            })
            .unwrap();
            // The same place in the table under a new key, or the same key.
            let values: Vec<_> =
                columns
                    .iter()
                    .map(|name| {
                        if by_place && name == key && key == "id" { "randomblob(16)" } else { name }
                    })
                    .collect();
            let sql = format!(
                "INSERT OR REPLACE INTO {table} (rowid, {}) SELECT rowid, {} FROM {table}",
                columns.join(", "),
                values.join(", "),
            );
            let refused = act!(db.store, |tx| tx.query(sqlx::AssertSqlSafe(sql)).execute().await)
                .unwrap_err();
            assert!(refused.to_string().contains("never replaced"), "{table}: {refused}");
        })
        .await;
}

#[rstest]
#[tokio::test]
async fn an_entry_forged_behind_the_triggers_is_found(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        act!(db.store, |tx| {
            for n in 1..=5 {
                tx.record(entry(format!("entry {n}")));
            }
            Ok(())
        })
        .unwrap();
        // One who owns the database can drop a trigger; the chain still tells.
        let drop = match on {
            On::Sqlite => "DROP TRIGGER audit_never_changed",
            On::Postgres => "DROP TRIGGER audit_is_append_only ON audit",
        };
        act!(db.store, |tx| {
            tx.query(drop).execute().await?;
            tx.query("UPDATE audit SET sentence = 'forged' WHERE seq = 3").execute().await
        })
        .unwrap();
        let broken = audit::verify(&mut db.store.read().await.unwrap()).await.unwrap().unwrap_err();
        assert!(broken.starts_with("entry 3 "), "{broken}");
    })
    .await;
}
