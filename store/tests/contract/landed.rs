//! A database written by a program from before there were runs: opened by this one, nothing of it is
//! lost, and every hash of its audit log stays what it was.

use std::path::Path;

use domain::{
    duty::DutyState,
    ids::{DeploymentId, DutyRunId, RunId},
    item::{AutomatedStatus, ItemState, ManualStatus, PostedReport},
    rollback::HookState,
    run::RunSubject,
    runbook::MachineRule,
    watch::WatchState,
};
use formats::{SHIPPED_RUNBOOKS, runbook_yaml};
use rstest::rstest;
use sqlx::migrate::Migrator;
use store::{
    Backend, Connection, Kind, Pool, Store, audit, checks, deployments, duties, rollbacks,
    runs::{self, evidence, items, sign_offs, waivers},
};
use uuid::Uuid;

use crate::{harness::On, seed::at};

/// The last migration of the program that wrote the database.
const LANDED: i64 = 8;

/// The ids of what was there.
struct Landed {
    service: Uuid,
    open: Uuid,
    signed: Uuid,
    rolled_back: Uuid,
    duty_run: Uuid,
    done_run: Uuid,
    item: Uuid,
    waiver: Uuid,
    check: Uuid,
}

#[rstest]
#[tokio::test]
async fn nothing_of_a_landed_database_is_lost(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.empty(async |backend| {
        let before = land(backend.clone()).await;
        let hashes = hashes(&backend).await;
        let store = Store::start(Pool::open(backend.clone()).await.unwrap()).await.unwrap();
        let mut connection = store.read().await.unwrap();
        let link = &mut connection;

        let open = deployments::by_id(link, DeploymentId(before.open)).await.unwrap().unwrap();
        assert_eq!((open.state, open.reason.as_str()), (WatchState::Watching, "1 of 2."));
        assert_eq!((open.deployed_at, open.watch_ends_at), (at(10), at(20)));
        assert_eq!((open.open_items, open.required_items), (1, 2));
        assert_eq!(open.replaces_id, Some(DeploymentId(before.signed)));
        let all = deployments::list(link, &Default::default(), domain::page::Page::first(9)).await;
        let ids: Vec<_> = all.unwrap().into_iter().map(|one| one.id.0).collect();
        assert_eq!(ids, [before.open, before.rolled_back, before.signed]);
        let service = domain::ids::ServiceId(before.service);
        let good = deployments::last_good(link, service, "production", at(10), "2").await.unwrap();
        assert_eq!(good.map(|one| one.id.0), Some(before.signed));

        let of = RunId(before.open);
        let kept = items::of_run(link, of).await.unwrap();
        assert_eq!(kept.len(), 1);
        assert_eq!((kept[0].id.0, kept[0].key.as_str()), (before.item, "load"));
        let evidence = evidence::of_items(link, &[kept[0].id], 9).await.unwrap();
        assert_eq!(evidence[0].summary, "As it landed.");
        // A report was the box's result; the next one of whatever name takes its place.
        assert_eq!(kept[0].posted_result, None);
        let stands = PostedReport {
            name: String::new(),
            word: AutomatedStatus::Failed,
            sentence: "As it landed.".into(),
            by: "junit".into(),
            at: at(10),
        };
        assert_eq!(kept[0].reports, [stands]);
        let waived = waivers::not_ended(link, of).await.unwrap();
        assert_eq!((waived[0].id.0, waived[0].reason.as_str()), (before.waiver, "Known."));
        let given = sign_offs::of_run(link, RunId(before.signed)).await.unwrap();
        assert_eq!(given[0].person_name, "Jo");
        let rollback = rollbacks::of_deployment(link, DeploymentId(before.rolled_back)).await;
        assert_eq!(rollback.unwrap().map(|one| one.target_version), Some(Some("1".into())));
        let pending = rollbacks::of_deployment(link, DeploymentId(before.rolled_back)).await;
        assert_ne!(pending.unwrap().map(|one| one.hook_state), Some(HookState::Done));

        duties_are_runs(link, &before).await;
        // What has to run runs: the check of the open watch.
        let run = checks::being_watched(link, at(9)).await.unwrap();
        assert!(run.iter().any(|(check, of)| check.id.0 == before.check && of.0 == before.open));

        // The chain was broken by somebody, and still is where it was.
        let broken = audit::verify(link).await.unwrap().unwrap_err();
        assert!(broken.to_string().contains('2'), "{broken}");
        drop(connection);
        store.close().await;
        let after = self::hashes(&backend).await;
        assert_eq!(after[..hashes.len()], hashes);
    })
    .await;
}

async fn duties_are_runs(link: &mut Connection, before: &Landed) {
    let run = runs::by_id(link, RunId(before.duty_run)).await.unwrap().unwrap();
    assert_eq!((run.subject, run.state), (RunSubject::Duty, WatchState::Watching));
    assert_eq!((run.opened_at, run.ends_at, run.closed_at), (at(1), at(9), None));
    assert_eq!((run.open_items, run.required_items), (2, 3));
    let known = duties::run_by_id(link, DutyRunId(before.duty_run)).await.unwrap().unwrap();
    assert_eq!((known.title.as_str(), known.last_reminder), ("Vendor sync", DutyState::DueSoon));
    let done = runs::by_id(link, RunId(before.done_run)).await.unwrap().unwrap();
    assert_eq!((done.state, done.closed_at), (WatchState::SignedOff, Some(at(3))));
    let given = sign_offs::of_run(link, done.id).await.unwrap();
    assert_eq!((given[0].person_name.as_str(), given[0].comment.as_str()), ("Jo", "Done."));

    let kept = items::of_run(link, run.id).await.unwrap();
    let keys: Vec<_> = kept.iter().map(|item| item.key.as_str()).collect();
    assert_eq!(keys, ["backup-before", "perf-security", "rollback-rehearsed"]);
    let [backup, security, rehearsed] = &kept[..] else { panic!("{kept:?}") };
    let posted = backup.posted_result.as_ref().unwrap();
    assert_eq!((posted.word, posted.sentence.as_str()), (AutomatedStatus::Passed, "Copied."));
    let person = backup.person.as_ref().unwrap();
    assert_eq!((person.word, person.note.as_str()), (ManualStatus::Passed, "Listed it."));
    // What its script posted is evidence now, with the way to more.
    let shown = evidence::of_items(link, &[backup.id], 9).await.unwrap();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].url.as_deref(), Some("https://ci.example.org/7"));
    // Probes and rules, which the runbook named and the copy had dropped.
    assert!(security.probes.iter().any(|probe| probe == "hsts"), "{:?}", security.probes);
    assert_eq!(rehearsed.machine_rule, Some(MachineRule::RollbackRehearsed));
    assert_eq!(rehearsed.state, ItemState::Waived);
    let waived = waivers::not_ended(link, run.id).await.unwrap();
    assert_eq!(waived.len(), 1);
    assert_eq!((waived[0].reason.as_str(), waived[0].expires_at), ("Later.", at(9)));
    assert!(waived[0].approver_id.is_some(), "there is one of that name");
}

/// The audit log's hashes, in order.
async fn hashes(backend: &Backend) -> Vec<Vec<u8>> {
    let pool = Pool::connect(backend.clone()).await.unwrap();
    let mut link = pool.reader().await.unwrap();
    let rows = link.query("SELECT hash FROM audit ORDER BY seq").fetch_all().await.unwrap();
    let hashes = rows.iter().map(|row| row.get("hash").unwrap()).collect();
    drop(link);
    pool.close().await;
    hashes
}

/// Makes a database as the program before wrote it.
async fn land(backend: Backend) -> Landed {
    let pool = Pool::connect(backend).await.unwrap();
    migrate(&pool).await;
    let (name, text) =
        SHIPPED_RUNBOOKS.iter().find(|(name, _)| name.contains("vendor-sync")).unwrap();
    let content = runbook_yaml::read(name, text).unwrap();
    let content = serde_json::to_string(&content).unwrap();
    let store = Store::start(pool).await.unwrap();
    let new = Uuid::now_v7;
    let ids = Landed {
        service: new(),
        signed: new(),
        rolled_back: new(),
        open: new(),
        duty_run: new(),
        done_run: new(),
        item: new(),
        waiver: new(),
        check: new(),
    };
    let [person, release, version, duty] = [new(), new(), new(), new()];
    let Landed { service, open, signed, rolled_back, duty_run, done_run, item, waiver, check } =
        ids;
    let (s0, s1, s3, s9, s10, s20) =
        (micros(0), micros(1), micros(3), micros(9), micros(10), micros(20));
    let watches = [
        (signed, "1", "signed_off", s0, Some(s3), None),
        (rolled_back, "1b", "rolled_back", s9, Some(s9), None),
        (open, "2", "watching", s10, None, Some(signed)),
    ];
    act!(store, |tx| {
        let sql = "INSERT INTO people (id, email, name, role, teams, password_hash, created_at) \
                   VALUES ($1, 'jo@example.org', 'Jo', 'approver', '[]', '', $2)";
        tx.query(sql).bind(person).bind(s0).execute().await?;
        for slug in ["production", "staging"] {
            let sql = "INSERT INTO environments (slug, name, position) VALUES ($1, $1, 1)";
            tx.query(sql).bind(slug.to_owned()).execute().await?;
        }
        let sql = "INSERT INTO services (id, slug, name, description, owners, tier, targets, \
                   created_at, updated_at) VALUES ($1, 'shop', 'Shop', '', '', '', '[]', $2, $2)";
        tx.query(sql).bind(service).bind(s0).execute().await?;
        let sql = "INSERT INTO releases (id, service_id, version, notes, created_at) \
                   VALUES ($1, $2, '1', '', $3)";
        tx.query(sql).bind(release).bind(service).bind(s0).execute().await?;
        let sql = "INSERT INTO runbook_versions (id, slug, number, state, title, source, content, \
                   published_by, published_at) \
                   VALUES ($1, 'vendor-sync', 1, 'published', 'Vendor sync', '', $2, 'Jo', $3)";
        tx.query(sql).bind(version).bind(content).bind(s0).execute().await?;
        for (id, number, state, deployed, closed, replaces) in watches {
            let sql = "INSERT INTO deployments (id, service_id, environment, release_id, version, \
                       kind, strategy, state, verdict, reason, open_items, required_items, \
                       deployed_at, deployed_by, announced_by, notes, watch_ends_at, \
                       runbook_version_id, runbook_slug, runbook_number, sign_off_required, \
                       replaces_id, closed_at, demo, created_at) VALUES ($1, $2, 'production', $3, \
                       $4, 'subsequent', 'rolling', $5, 'undecided', '1 of 2.', 1, 2, $6, 'ci', \
                       'ci', '', $7, $8, 'vendor-sync', 1, '[]', $9, $10, $11, $6)";
            tx.query(sql)
                .bind(id)
                .bind(service)
                .bind(release)
                .bind(number.to_owned())
                .bind(state.to_owned())
                .bind(deployed)
                .bind(deployed + (s20 - s10))
                .bind(version)
                .bind(replaces)
                .bind(closed)
                .bind(false)
                .execute()
                .await?;
        }
        let sql = "INSERT INTO items (id, deployment_id, position, key, title, section, \
                   instructions, actor, required, probes, state, reason, updated_at) \
                   VALUES ($1, $2, 0, 'load', 'Load', '', '', 'automated', $3, '[]', 'waived', \
                   '', $4)";
        tx.query(sql).bind(item).bind(open).bind(true).bind(s10).execute().await?;
        let sql = "INSERT INTO evidence (id, deployment_id, item_id, at, source_kind, \
                   source_name, status, summary, details) \
                   VALUES ($1, $2, $3, $4, 'report', 'junit', 'failed', 'As it landed.', '{}')";
        tx.query(sql).bind(Uuid::now_v7()).bind(open).bind(item).bind(s10).execute().await?;
        let sql = "UPDATE items SET pushed_word = 'failed', pushed_sentence = 'As it landed.', \
                   pushed_by = 'junit', pushed_at = $2 WHERE id = $1";
        tx.query(sql).bind(item).bind(s10).execute().await?;
        let sql = "INSERT INTO waivers (id, deployment_id, item_id, approver_id, approver_name, \
                   reason, granted_at, expires_at) VALUES ($1, $2, $3, $4, 'Jo', 'Known.', $5, $6)";
        tx.query(sql)
            .bind(waiver)
            .bind(open)
            .bind(item)
            .bind(person)
            .bind(s10)
            .bind(s20)
            .execute()
            .await?;
        let sql = "INSERT INTO sign_offs (id, deployment_id, person_id, person_name, role, \
                   comment, at) VALUES ($1, $2, $3, 'Jo', 'approver', '', $4)";
        tx.query(sql).bind(Uuid::now_v7()).bind(signed).bind(person).bind(s3).execute().await?;
        let sql = "INSERT INTO rollbacks (deployment_id, reason, triggered_by, at, \
                   target_version, hook_state, hook_sentence) \
                   VALUES ($1, 'Errors.', 'Jo', $2, '1', 'pending', '')";
        tx.query(sql).bind(rolled_back).bind(s9).execute().await?;
        let sql = "INSERT INTO checks (id, service_id, environment, key, label, spec, conditions, \
                   interval_s, timeout_s, critical, dry_run, no_data, created_at, updated_at) \
                   VALUES ($1, $2, 'production', 'home', 'home', $3, '[]', 60, 10, $4, $4, \
                   'undecided', $5, $5)";
        let spec = "{\"kind\":\"tcp\",\"url\":\"tcp://shop.example.org:80\"}".to_owned();
        tx.query(sql).bind(check).bind(service).bind(spec).bind(false).bind(s0).execute().await?;

        let sql = "INSERT INTO duties (id, service_id, environment, runbook_slug, cadence, \
                   starts_at, passed, created_at) \
                   VALUES ($1, $2, 'production', 'vendor-sync', 'monthly', $3, 2, $3)";
        tx.query(sql).bind(duty).bind(service).bind(s0).execute().await?;
        for (id, opened, closed, told) in
            [(done_run, s0, Some(s3), "open"), (duty_run, s1, None, "due_soon")]
        {
            let sql = "INSERT INTO duty_runs (id, duty_id, runbook_version_id, runbook_number, \
                       title, description, sign_off_required, opened_at, due_at, told, closed_at) \
                       VALUES ($1, $2, $3, 1, 'Vendor sync', '', '[]', $4, $5, $6, $7)";
            tx.query(sql)
                .bind(id)
                .bind(duty)
                .bind(version)
                .bind(opened)
                .bind(s9)
                .bind(told.to_owned())
                .bind(closed)
                .execute()
                .await?;
        }
        let boxes = [
            ("backup-before", 0i64, "mixed", "open"),
            ("perf-security", 1, "automated", "undecided"),
            ("rollback-rehearsed", 2, "automated", "waived"),
        ];
        for (key, position, actor, state) in boxes {
            let sql = "INSERT INTO duty_items (run_id, key, position, title, section, \
                       instructions, actor, required, state, reason) \
                       VALUES ($1, $2, $3, $2, '', '', $4, $5, $6, '')";
            tx.query(sql)
                .bind(duty_run)
                .bind(key.to_owned())
                .bind(position)
                .bind(actor.to_owned())
                .bind(true)
                .bind(state.to_owned())
                .execute()
                .await?;
        }
        let sql = "UPDATE duty_items SET pushed_word = 'passed', pushed_sentence = 'Copied.', \
                   pushed_by = 'backup', pushed_at = $2, pushed_url = 'https://ci.example.org/7', \
                   person_word = 'passed', person_name = 'Jo', person_note = 'Listed it.', \
                   person_at = $2 WHERE run_id = $1 AND key = 'backup-before'";
        tx.query(sql).bind(duty_run).bind(s3).execute().await?;
        let sql = "UPDATE duty_items SET waived_by = 'Jo', waived_because = 'Later.', \
                   waived_until = $2 WHERE run_id = $1 AND key = 'rollback-rehearsed'";
        tx.query(sql).bind(duty_run).bind(s9).execute().await?;
        let sql = "INSERT INTO duty_sign_offs (run_id, person_id, person_name, role, note, at) \
                   VALUES ($1, $2, 'Jo', 'approver', 'Done.', $3)";
        tx.query(sql).bind(done_run).bind(person).bind(s3).execute().await?;
        for n in 1..=4 {
            tx.record(crate::seed::entry(format!("entry {n}")));
        }
        Ok(())
    })
    .unwrap();
    // Somebody forged an entry.
    let drop = match store.kind() {
        Kind::Sqlite => "DROP TRIGGER audit_never_changed",
        Kind::Postgres => "DROP TRIGGER audit_is_append_only ON audit",
    };
    act!(store, |tx| {
        tx.query(drop).execute().await?;
        tx.query("UPDATE audit SET sentence = 'forged' WHERE seq = 2").execute().await
    })
    .unwrap();
    store.close().await;
    ids
}

fn micros(seconds: i64) -> i64 {
    store::micros(at(seconds))
}

/// Brings the schema to where the program before left it.
async fn migrate(pool: &Pool) {
    let folder = match pool.kind() {
        Kind::Sqlite => "../migrations/sqlite",
        Kind::Postgres => "../migrations/postgres",
    };
    let mut migrator = Migrator::new(Path::new(folder)).await.unwrap();
    let landed = migrator.migrations.iter().filter(|one| one.version <= LANDED);
    migrator.migrations = landed.cloned().collect::<Vec<_>>().into();
    match pool {
        Pool::Sqlite { writer, .. } => migrator.run(writer).await.unwrap(),
        Pool::Postgres(pool) => migrator.run(pool).await.unwrap(),
    }
}
