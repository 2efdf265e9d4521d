//! One portal for each SQLite database.

use std::process::Stdio;

use crate::common::{Api, Portal, admin_token, command};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_portal_on_one_database_is_refused_and_commands_are_not() {
    let data = tempfile::tempdir().unwrap();
    let first = Portal::start(data.path(), None);
    let attempts: [&[&str]; 2] = [&["serve", "--listen", "127.0.0.1:0"], &["migrate"]];
    for args in attempts {
        let mut second = command(data.path(), None);
        let second = second.args(args).stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&second.stderr).into_owned();
        assert!(!second.status.success(), "{args:?}: {said}");
        let process = format!("process {}", first.process());
        assert!(said.contains(&process) && said.contains("Stop it first"), "{args:?}: {said}");
    }
    // A token is made beside it, and works.
    let api = Api::new(&first.url, &admin_token(data.path(), None));
    assert_eq!(api.get("/api/v1/services").await.0, 200);
    // The kernel frees what a killed process held.
    first.kill();
    drop(Portal::start(data.path(), None));
}
