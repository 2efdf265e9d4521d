//! Every statement that stands whole in the source is one that both databases understand, whether
//! or not another test comes by it. Those put together at run time are met by the other tests only.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rstest::rstest;
use sqlx::{AssertSqlSafe, Executor as _, SqlSafeStr as _};
use store::Connection;

use crate::harness::On;

/// A statement and the file it stands in.
struct Statement {
    file: PathBuf,
    sql: String,
}

/// What a statement begins with that reads or changes rows; what else there is (transactions,
/// pragmas) is a database's own.
const WORDS: [&str; 5] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "];

/// Words of one database alone.
const POSTGRES: [&str; 3] = ["pg_", "information_schema", "unnest("];
const SQLITE: [&str; 2] = ["pragma_", "sqlite_"];

/// The statements of a source file: the literals that `query(` or `append(` begins with.
fn statements(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for call in ["query(", "append(", "query_as("] {
        for (at, _) in source.match_indices(call) {
            let rest = source[at + call.len()..].trim_start();
            if let Some(literal) = rest.strip_prefix('"') {
                found.push(unescaped(literal));
            }
        }
    }
    found
}

/// The text of a literal up to its end; a backslash at the end of a line swallows the line's break
/// and what the next is indented by.
fn unescaped(literal: &str) -> String {
    let mut text = String::new();
    let mut rest = literal.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => break,
            '\\' if rest.peek() == Some(&'\n') => {
                while rest.peek().is_some_and(|c| c.is_whitespace()) {
                    rest.next();
                }
            }
            '\\' => text.extend(rest.next()),
            c => text.push(c),
        }
    }
    text
}

fn walk(folder: &Path, found: &mut Vec<Statement>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            let sqls = statements(&fs::read_to_string(&path).unwrap());
            let sqls =
                sqls.into_iter().filter(|sql| WORDS.iter().any(|word| sql.starts_with(word)));
            found.extend(sqls.map(|sql| Statement { file: path.clone(), sql }));
        }
    }
}

#[rstest]
#[tokio::test]
async fn each_can_be_prepared(#[values(On::Sqlite, On::Postgres)] on: On) {
    let mut all = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    assert!(all.len() > 80, "only {} were found", all.len());
    on.run(async |db| {
        let mut link = db.store.read().await.unwrap();
        let mut faults = Vec::new();
        for Statement { file, sql } in all {
            let statement = AssertSqlSafe(sql.clone()).into_sql_str();
            let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let of = |words: &[&str]| words.iter().any(|word| sql.contains(word));
            let fault = match &mut link {
                Connection::Sqlite(_) if name == "schedule_leases.rs" || of(&POSTGRES) => continue,
                Connection::Postgres(_) if of(&SQLITE) => continue,
                Connection::Sqlite(connection) => {
                    (&mut **connection).prepare(statement).await.err()
                }
                Connection::Postgres(connection) => {
                    (&mut **connection).prepare(statement).await.err()
                }
            };
            faults.extend(fault.map(|fault| format!("{}: {fault}\n  {sql}", file.display())));
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    })
    .await;
}
