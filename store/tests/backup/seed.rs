//! An installation with something in every kind of column, and deployments that point at each
//! other in both directions.

use chrono::{DateTime, TimeZone as _, Utc};
use domain::audit::AuditEntry;
use store::{Store, StoreError, Tx};
use uuid::Uuid;

use crate::place::Place;

pub const SERVICE: Uuid = Uuid::from_u128(1);
const RELEASE: Uuid = Uuid::from_u128(2);
const RUNBOOK: Uuid = Uuid::from_u128(3);
const PERSON: Uuid = Uuid::from_u128(4);
const CHECK: Uuid = Uuid::from_u128(5);
const ITEM: Uuid = Uuid::from_u128(6);
/// More than fit into one statement, and not a multiple of it.
pub const MEASUREMENTS: i64 = 1_234;

pub fn at(seconds: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_763_560_920 + seconds, 123_456_000).single().unwrap()
}

pub async fn seed(place: &Place) {
    let store = place.store().await;
    store.write(|tx| Box::pin(fill(tx))).await.unwrap();
    store.close().await;
}

async fn fill(tx: &mut Tx) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO people (id, email, name, role, teams, password_hash, created_at) \
         VALUES ($1, 'zoë@example.org', 'Zoë 🦉', 'admin', 'ops', '$argon2id$x', $2)",
    )
    .bind(PERSON)
    .bind(store::micros(at(0)))
    .execute()
    .await?;
    tx.query("INSERT INTO environments (slug, name, position) VALUES ('production', 'P', 1)")
        .execute()
        .await?;
    tx.query(
        "INSERT INTO services (id, slug, name, description, owners, tier, targets, created_at, \
         updated_at) VALUES ($1, 'shop', 'Shop', '', '', 'one', '{}', 1, -1)",
    )
    .bind(SERVICE)
    .execute()
    .await?;
    tx.query("INSERT INTO releases VALUES ($1, $2, '1.0', NULL, 'sha256:0', '', 1)")
        .bind(RELEASE)
        .bind(SERVICE)
        .execute()
        .await?;
    tx.query("INSERT INTO runbook_versions VALUES ($1, 'r', 1, 'published', '', '', '{}', 'x', 1)")
        .bind(RUNBOOK)
        .execute()
        .await?;
    for n in 0..5u128 {
        deployment(tx, Uuid::from_u128(100 + n), n > 0).await?;
    }
    // Each replaces the one after it, and is superseded by the one before it, whatever the order
    // rows are read in.
    for n in 0..5u128 {
        tx.query("UPDATE deployments SET replaces_id = $2, superseded_by_id = $3 WHERE id = $1")
            .bind(Uuid::from_u128(100 + n))
            .bind((n < 4).then(|| Uuid::from_u128(101 + n)))
            .bind((n > 0).then(|| Uuid::from_u128(99 + n)))
            .execute()
            .await?;
    }
    items(tx).await?;
    measurements(tx).await?;
    tx.query("INSERT INTO tokens VALUES ($1, 'ci', 'd2_x', $2, 'a', '', 'cli', 1, NULL, NULL, 7)")
        .bind(Uuid::from_u128(9))
        .bind(vec![0u8, 255, 0, 1])
        .execute()
        .await?;
    for n in 1..=30 {
        act(tx, n).await?;
    }
    Ok(())
}

async fn deployment(tx: &mut Tx, id: Uuid, closed: bool) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO deployments (id, service_id, environment, release_id, version, kind, \
         strategy, deployed_at, deployed_by, deployer_id, announced_by, notes, \
         runbook_version_id, runbook_slug, runbook_number, created_at) \
         VALUES ($1, $2, 'production', $3, '1.0', 'k', 's', 3, 'Zoë', $4, 'x', '', $5, 'r', 1, \
         5)",
    )
    .bind(id)
    .bind(SERVICE)
    .bind(RELEASE)
    .bind(closed.then_some(PERSON))
    .bind(RUNBOOK)
    .execute()
    .await?;
    tx.query(
        "INSERT INTO runs (id, subject_kind, service_id, environment, runbook_version_id, \
         sign_off_required, opened_at, ends_at, state, verdict, reason, open_items, required_items) \
         VALUES ($1, 'deployment', $2, 'production', $3, '', 3, 4, $4, 'v', '', 1, 2)",
    )
    .bind(id)
    .bind(SERVICE)
    .bind(RUNBOOK)
    .bind(if closed { "passed" } else { "watching" }.to_owned())
    .execute().await
    .map(drop)
}

async fn items(tx: &mut Tx) -> Result<(), StoreError> {
    let run = Uuid::from_u128(100);
    tx.query(
        "INSERT INTO items (id, run_id, position, key, title, section, instructions, actor, \
         required, probes, state, reason, updated_at) \
         VALUES ($1, $2, 1, 'k', 't', 's', 'quotes '' \" and\nlines', 'person', $3, '[]', 'open', '', 1)",
    )
    .bind(ITEM)
    .bind(run)
    .bind(true)
    .execute().await?;
    tx.query(
        "INSERT INTO evidence VALUES ($1, $2, $3, 1, 'p', 'n', 'passed', '', NULL, 1, NULL, '{}')",
    )
    .bind(Uuid::from_u128(7))
    .bind(run)
    .bind(ITEM)
    .execute()
    .await?;
    tx.query(
        "INSERT INTO sign_offs (id, run_id, person_id, person_name, role, comment, at) \
         VALUES ($1, $2, $3, 'Zoë', 'admin', '', 1)",
    )
    .bind(Uuid::from_u128(8))
    .bind(run)
    .bind(PERSON)
    .execute()
    .await
    .map(drop)
}

async fn measurements(tx: &mut Tx) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO checks VALUES ($1, $2, 'production', 'k', 'l', '{}', '[]', 60, 5, NULL, $3, \
         $4, 'unknown', NULL, NULL, 1, 1)",
    )
    .bind(CHECK)
    .bind(SERVICE)
    .bind(true)
    .bind(false)
    .execute()
    .await?;
    tx.query("INSERT INTO outcomes VALUES (1, NULL, 'successful', 'ok', 'It answered.', 1)")
        .execute()
        .await?;
    tx.query("INSERT INTO check_states VALUES ($1, 1, 1, NULL, 1, NULL, NULL, 1, 1, $2)")
        .bind(CHECK)
        .bind(true)
        .execute()
        .await?;
    for n in 0..MEASUREMENTS {
        tx.query("INSERT INTO measurements VALUES (1, $1, $2, $3, $4, 1)")
            .bind(store::micros(at(n)))
            .bind(100 + n)
            .bind((n % 3 == 0).then_some(n))
            .bind((n % 2 == 0).then_some(0.1 + n as f64))
            .execute()
            .await?;
    }
    Ok(())
}

pub async fn act(tx: &mut Tx, n: i64) -> Result<(), StoreError> {
    tx.record(AuditEntry {
        seq: 0,
        at: at(n),
        actor_kind: "person".into(),
        actor_id: Some(PERSON),
        actor_name: "Zoë 🦉".into(),
        action: "item.tick".into(),
        subject_kind: "item".into(),
        subject: format!("item-{n}"),
        deployment_id: (n % 2 == 0).then(|| Uuid::from_u128(100)),
        sentence: "ticked it".into(),
        details: "{}".into(),
    });
    Ok(())
}

/// Goes on writing acts until told to stop; answers how many it wrote.
pub async fn write_on(store: Store, stop: std::sync::Arc<std::sync::atomic::AtomicBool>) -> i64 {
    let mut n = 0;
    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
        n += 1;
        store.write(move |tx| Box::pin(act(tx, n))).await.unwrap();
    }
    store.close().await;
    n
}
