//! Installations that are well, and installations broken in every way we know of.

use std::{os::unix::fs::PermissionsExt as _, process::Command};

use crate::installation::{Findings, Installation};

#[test]
fn a_sound_installation_is_well_and_left_as_it_is() {
    let it = Installation::new();
    let before = it.listing();
    let found = it.doctor();
    assert_eq!((found.status, found.at("problem"), found.at("warn")), (0, vec![], vec![]));
    assert!(found.at("ok").len() > 12, "{:#?}", found.at("ok"));
    assert_eq!(it.listing(), before);
}

#[test]
fn where_nothing_is_installed_nothing_is_made() {
    let it = Installation::bare();
    let before = it.listing();
    let found = it.doctor();
    let problems = found.at("problem");
    assert_eq!(found.status, 1);
    assert!(
        problems[0].starts_with("data directory: ./data cannot be looked into"),
        "{problems:?}"
    );
    assert!(problems[1].contains("daytwo.db is not there"), "{problems:?}");
    assert_eq!(it.listing(), before);
}

#[tokio::test]
async fn a_changed_audit_entry_is_named() {
    let it = Installation::new();
    it.by_hand(&[
        "DROP TRIGGER audit_never_changed",
        "UPDATE audit SET actor_name = 'somebody else' WHERE seq = 5",
    ])
    .await;
    let found = it.doctor();
    let problems = found.at("problem");
    assert_eq!((found.status, problems.len()), (1, 2), "{problems:#?}");
    assert!(problems[0].contains("Rows of audit could be changed"), "{problems:#?}");
    assert!(problems[1].contains("entry 5 does not match its hash"), "{problems:#?}");
    // And such a database makes no backup that would be taken for sound.
    let output = it.run(&["backup", "copy.db"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("entry 5"));
    assert!(!it.path("copy.db").exists());
}

#[test]
fn a_database_cut_short_or_overwritten_is_found() {
    let it = Installation::new();
    let whole = std::fs::read(it.database()).unwrap();
    std::fs::write(it.database(), &whole[..whole.len() / 2]).unwrap();
    let found = it.doctor();
    assert_eq!(found.status, 1);
    assert!(!found.at("problem").is_empty());
    std::fs::write(it.database(), b"all gone ".repeat(1000)).unwrap();
    it.doctor().only_problem("database: SQLite at ./data/daytwo.db: the database cannot be opened");
}

#[tokio::test]
async fn a_schema_from_a_later_version_is_told_and_kept() {
    let it = Installation::new();
    it.by_hand(&["INSERT INTO _sqlx_migrations (version, description, success, checksum, \
                  execution_time) VALUES (9999, 'later', TRUE, '', 0)"])
        .await;
    let before = it.listing();
    it.doctor().only_problem("schema: This database is ahead: its schema has version 9999");
    assert_eq!(it.listing(), before);
}

#[tokio::test]
async fn without_an_administrator_or_with_a_clock_far_behind_someone_is_told() {
    let it = Installation::new();
    it.by_hand(&["UPDATE people SET disabled_at = 1"]).await;
    it.doctor().only_problem("people: No administrator may log in");
    it.by_hand(&[
        "UPDATE people SET disabled_at = NULL",
        "INSERT INTO audit SELECT seq + 1, 4102444800000000, actor_kind, actor_id, actor_name, \
         action, subject_kind, subject, deployment_id, sentence, details, hash FROM audit \
         ORDER BY seq DESC LIMIT 1",
    ])
    .await;
    let problems = it.doctor().at("problem");
    assert!(problems.iter().any(|line| line.contains("is of 2100-01-01")), "{problems:#?}");
}

#[test]
fn a_data_directory_of_another_user_cannot_be_written_to() {
    let it = Installation::new();
    let data = it.path("data");
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o555)).unwrap();
    let mut command = it.command(&["doctor", "--json", "--listen", "127.0.0.1:0"]);
    // The superuser may write anywhere, so the doctor is asked by somebody else.
    let root = std::fs::metadata("/proc/self")
        .is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
    if root {
        std::os::unix::process::CommandExt::uid(&mut command, 65_534);
    }
    let found = Findings::of(command);
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o700)).unwrap();
    found.only_problem("data directory: ./data cannot be written to");
    // What can be read is still looked at.
    assert!(found.at("ok").iter().any(|line| line.starts_with("audit log: ")));
    assert!(found.at("warn").iter().any(|line| line.starts_with("permissions: ")));
}

#[test]
fn a_missing_site_and_a_stale_one_are_found() {
    let it = Installation::new();
    std::fs::remove_file(it.path("site/pkg/daytwo.b.wasm")).unwrap();
    it.doctor().only_problem("site: site/pkg/daytwo.b.wasm is missing");
    std::fs::remove_dir_all(it.path("site")).unwrap();
    it.doctor().only_problem("site: ");
}

#[test]
fn what_is_configured_wrongly_is_named() {
    let it = Installation::new();
    let with = |name: &str, value: &str| {
        let mut command = it.command(&["doctor", "--json", "--listen", "127.0.0.1:0"]);
        command.env(name, value);
        Findings::of(command)
    };
    with("DAYTWO_PROBE_ALLOW", "10.0.0.0/99").only_problem("probes: ");
    with("DAYTWO_PROBE_MODE", "anything").only_problem("probes: ");
    with("DAYTWO_PROBE_ROOTS", "/no/such/file.pem").only_problem("extra roots: /no/such/file.pem");
    with("DAYTWO_TRUSTED_PROXIES", "nginx").only_problem("proxies: `nginx`");
    with("DAYTWO_BASE_URL", "daytwo.example.org").only_problem("base URL: ");
    with("DAYTWO_CONFIG", "/no/such/file.toml").only_problem("configuration: /no/such/file.toml");
    with("DATABASE_URL", "mysql://x").only_problem("database: DATABASE_URL must begin");
    let plain = with("DAYTWO_BASE_URL", "http://daytwo.example.org");
    assert_eq!(plain.status, 0);
    assert!(plain.at("warn")[0].contains("is not encrypted"));
    std::fs::write(it.path("d.toml"), "listne = \"127.0.0.1:1\"").unwrap();
    with("DAYTWO_CONFIG", "d.toml").only_problem("configuration: ");
}

#[test]
fn a_port_that_something_else_holds_is_a_problem() {
    let it = Installation::new();
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = held.local_addr().unwrap().to_string();
    let command: Command = it.command(&["doctor", "--json", "--listen", &address]);
    // Accepts and says nothing.
    Findings::of(command).only_problem("port: Something that is not Daytwo");
}
