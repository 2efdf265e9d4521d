//! Backing up from and restoring into every kind of database.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use store::backup::{self, BackupError, Contents};

use crate::{
    place::Place,
    seed::{self, seed},
};

fn rows(contents: &Contents, table: &str) -> i64 {
    contents.tables.iter().find(|(name, _)| name == table).unwrap().1
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_moves_from_any_database_to_any_and_stays_the_same() {
    for from in Place::all().await {
        seed(&from).await;
        for to in Place::all().await {
            let folder = tempfile::tempdir().unwrap();
            let (first, second) = (folder.path().join("a"), folder.path().join("b"));
            let made = backup::back_up(from.backend(), &first).await.unwrap();
            assert_eq!(rows(&made, "measurements"), seed::MEASUREMENTS);
            assert_eq!(rows(&made, "deployments"), 5);
            assert_eq!(made.audit_entries, 30);
            let restored = backup::restore(&first, to.backend(), true).await.unwrap();
            assert!(restored.compared);
            // What comes out of the second database is what went into the first.
            let again = backup::back_up(to.backend(), &second).await.unwrap();
            assert_eq!((made.tables, made.audit_head), (again.tables, again.audit_head));
            let text = to.number(
                "SELECT count(*) AS n FROM items WHERE instructions = 'quotes '' \" and\nlines' AND required",
            );
            assert_eq!(text.await, 1);
            still_guarded(&to).await;
        }
    }
}

/// The schema's guards hold after restoring as before.
async fn still_guarded(place: &Place) {
    for sql in [
        "UPDATE audit SET sentence = 'did nothing'",
        "DELETE FROM audit",
        "UPDATE evidence SET status = 'failed'",
        "DELETE FROM sign_offs",
    ] {
        let said = place.refusal(sql).await;
        assert!(said.contains("never") || said.contains("append-only"), "{sql}: {said}");
    }
    let said = place.refusal("UPDATE deployments SET replaces_id = service_id").await;
    assert!(said.to_lowercase().contains("foreign key"), "{said}");
    let store = place.store().await;
    store.write(|tx| Box::pin(seed::act(tx, 99))).await.unwrap();
    let chain = store::audit::verify(&mut store.read().await.unwrap()).await.unwrap().unwrap();
    assert_eq!(chain.len(), 31);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_busy_database_is_one_instant_of_it() {
    for place in Place::all().await {
        seed(&place).await;
        let stop = Arc::new(AtomicBool::new(false));
        let writing = tokio::spawn(seed::write_on(place.store().await, Arc::clone(&stop)));
        let folder = tempfile::tempdir().unwrap();
        let mut before = 0;
        for n in 0..5 {
            // The chain is verified in the copy: a torn one would be refused.
            let file = folder.path().join(n.to_string());
            let made = backup::back_up(place.backend(), &file).await.unwrap();
            assert!(made.audit_entries >= before);
            assert_eq!(rows(&made, "audit"), made.audit_entries);
            before = made.audit_entries;
        }
        stop.store(true, Ordering::Relaxed);
        assert!(30 + writing.await.unwrap() >= before);
        assert!(before > 30, "the writer never came to write");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn restoring_takes_the_place_of_nothing_but_the_portals_own_first_entries() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    let from = Place::sqlite();
    seed(&from).await;
    backup::back_up(from.backend(), &file).await.unwrap();
    for to in Place::all().await {
        // As after `daytwo migrate`: runbooks that ship, published by the portal itself.
        to.by_hand(&[
            "INSERT INTO environments VALUES ('production', 'P', 1)",
            "INSERT INTO audit VALUES (1, 1, 'system', NULL, 'daytwo', 'a', 'b', 'c', NULL, '', '', '')",
        ])
        .await;
        backup::restore(&file, to.backend(), true).await.unwrap();
        assert_eq!(to.number("SELECT count(*) AS n FROM audit").await, 30);
        // And now it is in use.
        let refused = backup::restore(&file, to.backend(), true).await.unwrap_err();
        assert!(matches!(refused, BackupError::NotEmpty(_)), "{refused}");
        assert!(refused.to_string().contains("1 in people"), "{refused}");
        assert_eq!(to.number("SELECT count(*) AS n FROM audit").await, 30);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_act_of_a_person_is_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    let from = Place::sqlite();
    seed(&from).await;
    backup::back_up(from.backend(), &file).await.unwrap();
    for to in Place::all().await {
        let store = to.store().await;
        store.write(|tx| Box::pin(seed::act(tx, 1))).await.unwrap();
        store.close().await;
        let refused = backup::restore(&file, to.backend(), false).await.unwrap_err();
        assert!(refused.to_string().contains("1 in the audit log"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_other_database_cannot_hold_is_named_and_nothing_is_kept() {
    let Some(to) = Place::postgres().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    let from = Place::sqlite();
    seed(&from).await;
    from.by_hand(&["UPDATE services SET description = 'a' || char(0) || 'b'"]).await;
    backup::back_up(from.backend(), &file).await.unwrap();
    let said = backup::restore(&file, to.backend(), false).await.unwrap_err().to_string();
    assert!(said.starts_with("services.description holds a text with a zero"), "{said}");
    assert_eq!(to.number("SELECT count(*) AS n FROM people").await, 0);
    assert!(to.refusal("DELETE FROM audit").await.contains("append-only"));
}
