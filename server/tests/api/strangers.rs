//! What strangers can make the portal keep: nothing.

use std::collections::BTreeMap;

use crate::common::{Portal, program, run};

/// More than a minute's worth for one address.
const POSTS: usize = 2_000;

/// How many rows each table holds.
async fn rows(data: &std::path::Path) -> BTreeMap<String, i64> {
    let url = format!("sqlite:{}?mode=ro", data.join("daytwo.db").display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    let names: Vec<(String,)> =
        sqlx::query_as("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            .fetch_all(&pool)
            .await
            .unwrap();
    let mut rows = BTreeMap::new();
    for (name,) in names {
        let sql = format!("SELECT count(*) FROM \"{name}\"");
        let count: (i64,) =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_one(&pool).await.unwrap();
        rows.insert(name, count.0);
    }
    pool.close().await;
    rows
}

#[tokio::test]
async fn forms_of_strangers_leave_no_row_and_are_limited() {
    assert!(program().exists());
    let data = tempfile::tempdir().unwrap();
    let add = ["user", "create", "--email", "a@example.org", "--name", "A", "--role", "admin"];
    let add: Vec<_> = add.into_iter().chain(["--password-stdin"]).collect();
    run(data.path(), None, &add, "a password nobody guesses");
    let portal = Portal::start(data.path(), None);
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    // The key that cookies are signed with is made once, with the first that is.
    let first = client.post(format!("{}/act/tick", portal.url)).header("accept", "text/html");
    drop(first.header("origin", &portal.url).send().await.unwrap());
    let before = rows(data.path()).await;
    let mut statuses = BTreeMap::new();
    let forms = ["theme", "tick", "log-out", "put-check", "no-such-act"];
    for n in 0..POSTS {
        let form = forms[n % forms.len()];
        let sent = client
            .post(format!("{}/act/{form}", portal.url))
            .header("accept", "text/html")
            .header("origin", &portal.url)
            // No session there is: anybody can write such a cookie.
            .header("cookie", "daytwo=AAAAAAAAAAAAAAAAAAAAAA")
            .header("content-type", "application/x-www-form-urlencoded")
            .body("theme=dark&note=kept+nowhere&run=x")
            .send();
        let answer = sent.await.unwrap();
        let given = answer.headers().get_all("set-cookie").iter();
        let mut given = given.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
        // A session that is none is taken back, with nothing in it.
        assert!(!given.any(|cookie| cookie.len() > 7 && cookie.starts_with("daytwo=")));
        *statuses.entry(answer.status().as_u16()).or_insert(0) += 1;
    }
    // Pages and streams of strangers keep nothing either.
    for path in
        ["/", "/login", "/events", "/settings", "/deployments/x", "/api/docs", "/palette.json"]
    {
        drop(client.get(format!("{}{path}", portal.url)).send().await.unwrap());
    }
    assert_eq!(rows(data.path()).await, before, "{statuses:?}");
    assert!(statuses.get(&429).is_some_and(|many| *many > POSTS / 2), "{statuses:?}");
}
