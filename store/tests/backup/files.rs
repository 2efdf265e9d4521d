//! Files that are no backups, or no longer, and databases that cannot be backed up.

use std::path::Path;

use store::backup::{self, BackupError};

use crate::{place::Place, seed::seed};

async fn backup_in(folder: &Path) -> std::path::PathBuf {
    let file = folder.join("backup");
    let from = Place::sqlite();
    seed(&from).await;
    backup::back_up(from.backend(), &file).await.unwrap();
    file
}

/// Neither looking nor restoring accepts the file, and restoring leaves no database behind.
async fn refused(file: &Path) -> BackupError {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("new.db").display());
    let to = store::location(Some(&url), folder.path()).unwrap();
    backup::restore(file, to, true).await.unwrap_err();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    backup::inspect(file).await.unwrap_err()
}

#[tokio::test]
async fn what_is_no_backup_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    assert!(matches!(refused(&file).await, BackupError::File { .. }));
    assert!(refused(folder.path()).await.to_string().contains("it is not a file"));
    std::fs::write(&file, "").unwrap();
    assert!(refused(&file).await.to_string().contains("it is empty"));
    std::fs::write(&file, "PGDMP and so on, long enough to be something").unwrap();
    assert!(refused(&file).await.to_string().contains("does not begin as a SQLite file"));
    std::fs::remove_file(&file).unwrap();
    let url = format!("sqlite:{}?mode=rwc", file.display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    sqlx::query("CREATE TABLE songs (title TEXT)").execute(&pool).await.unwrap();
    pool.close().await;
    let said = refused(&file).await.to_string();
    assert!(said.contains("none of Daytwo's tables"), "{said}");
}

#[tokio::test]
async fn a_file_cut_short_at_any_page_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(backup_in(folder.path()).await).unwrap();
    let file = folder.path().join("cut");
    for keep in [40, 100, 4096, 5000, 8192, whole.len() / 2, whole.len() - 4096, whole.len() - 1] {
        std::fs::write(&file, &whole[..keep]).unwrap();
        let error = refused(&file).await;
        assert!(matches!(error, BackupError::Damaged { .. }), "{keep}: {error}");
    }
}

#[tokio::test]
async fn a_tampered_backup_is_refused_and_names_the_entry() {
    let folder = tempfile::tempdir().unwrap();
    let file = backup_in(folder.path()).await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    for sql in [
        "DROP TRIGGER audit_never_changed",
        "UPDATE audit SET sentence = 'waived it' WHERE seq = 17",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    pool.close().await;
    let said = refused(&file).await.to_string();
    assert!(said.contains("entry 17 does not match its hash"), "{said}");
}

#[tokio::test]
async fn a_backup_with_rows_that_point_nowhere_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = backup_in(folder.path()).await;
    let url = format!("sqlite:{}", file.display());
    let options: sqlx::sqlite::SqliteConnectOptions = url.parse().unwrap();
    let pool = sqlx::SqlitePool::connect_with(options.foreign_keys(false)).await.unwrap();
    sqlx::query("DELETE FROM checks").execute(&pool).await.unwrap();
    pool.close().await;
    let said = refused(&file).await.to_string();
    assert!(said.contains("from check_states to checks"), "{said}");
}

#[tokio::test]
async fn a_newer_schema_is_refused_by_its_version() {
    for place in Place::all().await {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("backup");
        place.by_hand(&[
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9999, 'later', TRUE, '', 0)",
        ])
        .await;
        let error = backup::back_up(place.backend(), &file).await.unwrap_err();
        assert!(error.to_string().contains("version 9999"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[tokio::test]
async fn a_backup_never_overwrites_and_leaves_nothing_where_it_fails() {
    let folder = tempfile::tempdir().unwrap();
    let file = backup_in(folder.path()).await;
    let before = std::fs::read(&file).unwrap();
    let from = Place::sqlite();
    seed(&from).await;
    let error = backup::back_up(from.backend(), &file).await.unwrap_err();
    assert!(matches!(error, BackupError::Exists(_)), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let error = backup::back_up(Place::sqlite().backend(), &folder.path().join("b")).await;
    assert!(matches!(error, Err(BackupError::Absent(_))));
    let error = backup::back_up(from.backend(), &folder.path().join("no/such/b")).await;
    assert!(matches!(error, Err(BackupError::File { .. })));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_a_backup() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = backup_in(folder.path()).await;
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
}
