//! A database of its own for each test: SQLite in a temporary directory always, PostgreSQL where
//! `DAYTWO_TEST_POSTGRES_URL` names a server whose user may create databases.

use std::{panic::AssertUnwindSafe, str::FromStr as _};

use futures::FutureExt as _;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, postgres::PgConnectOptions};
use store::{Backend, Pool, Store, location};
use uuid::Uuid;

/// On which database a test runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Sqlite,
    Postgres,
}

/// A database with the portal's schema.
pub struct Database {
    pub store: Store,
    backend: Backend,
}

impl Database {
    /// The database's address, where it is on PostgreSQL.
    pub fn address(&self) -> Option<PgConnectOptions> {
        match &self.backend {
            Backend::Postgres(address) => Some(address.clone()),
            Backend::Sqlite(_) => None,
        }
    }

    /// Opens the same database once more, as another process would.
    pub async fn open_again(&self) -> Store {
        open(self.backend.clone()).await
    }
}

impl On {
    /// Runs a test on a fresh database and removes that afterwards, whatever came of the test.
    pub async fn run(self, test: impl AsyncFnOnce(&Database)) {
        self.empty(async |backend| on(backend, test).await).await;
    }

    /// As [`run`](Self::run), on a database without the portal's schema.
    pub async fn empty(self, test: impl AsyncFnOnce(Backend)) {
        match self {
            Self::Sqlite => {
                let dir = tempfile::tempdir().unwrap();
                let backend = location(None, dir.path()).unwrap();
                test(backend).await;
            }
            Self::Postgres => {
                let Some(server) = server() else { return };
                let name = format!("daytwo_{}", Uuid::now_v7().simple());
                run_sql(&server, format!("CREATE DATABASE {name}")).await;
                let address = server.clone().database(&name);
                let test = AssertUnwindSafe(test(Backend::Postgres(address)));
                let outcome = test.catch_unwind().await;
                run_sql(&server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
                if let Err(panic) = outcome {
                    std::panic::resume_unwind(panic);
                }
            }
        }
    }
}

async fn on(backend: Backend, test: impl AsyncFnOnce(&Database)) {
    let database = Database { store: open(backend.clone()).await, backend };
    test(&database).await;
    database.store.close().await;
}

async fn open(backend: Backend) -> Store {
    Store::start(Pool::open(backend).await.unwrap()).await.unwrap()
}

/// Runs a statement on the server as its administrator, outside the portal.
pub async fn administer(statement: impl Into<String>) {
    if let Some(server) = server() {
        run_sql(&server, statement.into()).await;
    }
}

async fn run_sql(server: &PgConnectOptions, statement: String) {
    let mut connection = server.connect().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// The PostgreSQL server to test on; without one the test is skipped, or fails where it is
/// required.
fn server() -> Option<PgConnectOptions> {
    if let Some(url) = setting("DAYTWO_TEST_POSTGRES_URL") {
        return Some(PgConnectOptions::from_str(&url).unwrap().disable_statement_logging());
    }
    assert!(
        setting("DAYTWO_REQUIRE_POSTGRES").as_deref() != Some("1"),
        "DAYTWO_TEST_POSTGRES_URL is not set; run the tests under scripts/with-postgres.sh"
    );
    skipped();
    None
}

#[expect(clippy::print_stderr, reason = "a skipped test must not look like one that ran")]
fn skipped() {
    eprintln!(
        "skipped: DAYTWO_TEST_POSTGRES_URL is not set, so nothing was tested on PostgreSQL; run \
         the tests under scripts/with-postgres.sh"
    );
}

#[expect(clippy::disallowed_methods, reason = "where to test is said by the environment alone")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
