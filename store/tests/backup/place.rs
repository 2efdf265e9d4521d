//! Databases to test on.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use store::{Backend, Connection, Pool, Store};
use tempfile::TempDir;

/// A place for one database, empty at first.
pub struct Place {
    pub url: String,
    /// Keeps the folder of a SQLite database.
    _folder: Option<TempDir>,
}

impl Place {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("daytwo.db").display());
        Self { url, _folder: Some(folder) }
    }

    /// A new database in the cluster of `scripts/with-postgres.sh`; none without one.
    #[expect(clippy::disallowed_methods, reason = "the test's cluster comes by the environment")]
    pub async fn postgres() -> Option<Self> {
        let url = std::env::var("DAYTWO_TEST_POSTGRES_URL").ok()?;
        let name = format!("backup_{}", uuid::Uuid::now_v7().simple());
        let mut admin = PgConnection::connect(&url).await.unwrap();
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut admin)
            .await
            .unwrap();
        Some(Self { url: url.replacen("/daytwo_test", &format!("/{name}"), 1), _folder: None })
    }

    /// Every kind of place there is here.
    pub async fn all() -> Vec<Self> {
        std::iter::once(Self::sqlite()).chain(Self::postgres().await).collect()
    }

    pub fn backend(&self) -> Backend {
        store::location(Some(&self.url), std::path::Path::new("/nowhere")).unwrap()
    }

    pub async fn pool(&self) -> Pool {
        Pool::open(self.backend()).await.unwrap()
    }

    pub async fn store(&self) -> Store {
        Store::start(self.pool().await).await.unwrap()
    }

    /// Runs statements as someone with access to the database itself would.
    pub async fn by_hand(&self, statements: &[&str]) {
        match self.pool().await {
            Pool::Sqlite { writer, .. } => {
                for statement in statements {
                    let statement = AssertSqlSafe((*statement).to_owned());
                    sqlx::query(statement).execute(&writer).await.unwrap();
                }
                writer.close().await;
            }
            Pool::Postgres(pool) => {
                for statement in statements {
                    let statement = AssertSqlSafe((*statement).to_owned());
                    sqlx::query(statement).execute(&pool).await.unwrap();
                }
                pool.close().await;
            }
        }
    }

    /// One number.
    pub async fn number(&self, sql: &'static str) -> i64 {
        let pool = self.pool().await;
        let mut link: Connection = pool.reader().await.unwrap();
        let n = link.query(sql).fetch_one().await.unwrap().get("n").unwrap();
        drop(link);
        pool.close().await;
        n
    }

    /// What the database says to a change, which it should refuse.
    pub async fn refusal(&self, sql: &'static str) -> String {
        let pool = self.pool().await;
        let said = match &pool {
            Pool::Sqlite { writer, .. } => sqlx::query(sql).execute(writer).await.map(drop),
            Pool::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(drop),
        };
        pool.close().await;
        said.unwrap_err().to_string()
    }
}
