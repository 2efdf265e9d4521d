//! What the disk and the databases can do at all: one row a commit, flushed.

use std::time::{Duration, Instant};

use sqlx::{
    Connection as _, PgConnection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::portal::folder;

/// How long each reference is measured.
const FOR: Duration = Duration::from_secs(3);

/// Commits of one row a second on SQLite (WAL, FULL), by one connection.
pub async fn sqlite() -> f64 {
    let folder = folder();
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("raw.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let opened = SqliteConnection::connect_with(&options).await;
    let Ok(mut connection) = opened else { return 0.0 };
    let made = sqlx::query("CREATE TABLE raw (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        .execute(&mut connection)
        .await;
    if made.is_err() {
        return 0.0;
    }
    let began = Instant::now();
    let mut commits = 0u32;
    while began.elapsed() < FOR {
        let done = sqlx::query("INSERT INTO raw (text) VALUES ('a result of an item')")
            .execute(&mut connection)
            .await;
        if done.is_err() {
            break;
        }
        commits += 1;
    }
    f64::from(commits) / began.elapsed().as_secs_f64()
}

/// Commits of one row a second on PostgreSQL, by 16 connections.
pub async fn postgres(url: &str) -> f64 {
    let Ok(mut connection) = PgConnection::connect(url).await else { return 0.0 };
    let made = sqlx::query(
        "CREATE TABLE IF NOT EXISTS raw (id BIGSERIAL PRIMARY KEY, text TEXT NOT NULL)",
    )
    .execute(&mut connection)
    .await;
    if made.is_err() {
        return 0.0;
    }
    let began = Instant::now();
    let workers: Vec<_> = (0..16)
        .map(|_| {
            let url = url.to_owned();
            tokio::spawn(async move {
                let Ok(mut connection) = PgConnection::connect(&url).await else { return 0u32 };
                let mut commits = 0;
                while began.elapsed() < FOR {
                    let done = sqlx::query("INSERT INTO raw (text) VALUES ('a result of an item')")
                        .execute(&mut connection)
                        .await;
                    if done.is_err() {
                        break;
                    }
                    commits += 1;
                }
                commits
            })
        })
        .collect();
    let mut commits = 0;
    for worker in workers {
        commits += worker.await.unwrap_or(0);
    }
    f64::from(commits) / began.elapsed().as_secs_f64()
}
