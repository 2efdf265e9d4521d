//! The same on PostgreSQL, where `scripts/with-postgres.sh` gives a cluster.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::installation::Installation;

async fn execute(url: &str, statement: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// An installation on a new database.
#[expect(clippy::disallowed_methods, reason = "the test's cluster comes by the environment")]
async fn installation(name: &str) -> Option<(Installation, String)> {
    let cluster = std::env::var("DAYTWO_TEST_POSTGRES_URL").ok()?;
    execute(&cluster, &format!("CREATE DATABASE {name}")).await;
    let url = cluster.replacen("/daytwo_test", &format!("/{name}"), 1);
    let mut it = Installation::bare();
    it.database_url = Some(url.clone());
    it.set_up();
    Some((it, url))
}

#[tokio::test]
async fn a_changed_audit_entry_and_a_later_schema_are_found() {
    let Some((it, url)) = installation("operating_doctor").await else { return };
    let found = it.doctor();
    assert_eq!((found.status, found.at("problem")), (0, vec![]));
    execute(&url, "ALTER TABLE audit DISABLE TRIGGER USER").await;
    execute(&url, "UPDATE audit SET sentence = 'nothing' WHERE seq = 3").await;
    let problems = it.doctor().at("problem");
    assert_eq!(problems.len(), 2, "{problems:#?}");
    assert!(problems[0].contains("Rows of audit could be changed"), "{problems:#?}");
    assert!(problems[1].contains("entry 3 does not match"), "{problems:#?}");
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, \
                 execution_time) VALUES (9999, 'later', TRUE, '', 0)";
    execute(&url, later).await;
    it.doctor().only_problem("schema: This database is ahead");
}

#[tokio::test]
async fn an_installation_moves_to_sqlite_and_back() {
    let Some((it, _)) = installation("operating_from").await else { return };
    assert!(it.run(&["backup", "copy.db"]).status.success());
    let mut there = Installation::bare();
    let copy = it.path("copy.db").display().to_string();
    let output = there.run(&["restore", &copy, "--verify"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found = there.doctor();
    assert_eq!((found.status, found.at("problem")), (0, vec![]));
    assert!(there.run(&["backup", "back.db"]).status.success());

    let Some((_, url)) = installation("operating_used").await else { return };
    there.database_url = Some(url);
    let output = there.run(&["restore", "back.db"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 in people"));
}
