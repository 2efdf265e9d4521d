//! Backing up a portal that runs, and restoring elsewhere.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
};

use crate::installation::{Findings, Installation};

/// A portal that is killed with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Starts the portal; answers once it says where it is.
fn serve(it: &Installation) -> (Running, String) {
    let mut child = it
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit("http://").next().unwrap().to_owned();
    (Running(child), address)
}

#[test]
fn a_running_portal_is_found_well_backed_up_and_restored_elsewhere() {
    let it = Installation::new();
    let (running, address) = serve(&it);
    let found = Findings::of(it.command(&["doctor", "--json", "--listen", &address]));
    assert_eq!(found.at("problem"), Vec::<String>::new());
    assert!(found.at("ok").iter().any(|line| line.contains("answers at")), "{:?}", found.at("ok"));

    let output = it.run(&["backup", "copy.db"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    drop(running);

    let output = it.run(&["restore", "copy.db", "--check-only"]);
    assert!(output.status.success());
    let output = it.run(&["--data-dir", "other", "restore", "copy.db", "--verify"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut doctor = it.command(&["doctor", "--json", "--listen", "127.0.0.1:0"]);
    doctor.args(["--data-dir", "other"]);
    let found = Findings::of(doctor);
    assert_eq!((found.status, found.at("problem")), (0, vec![]));
    assert!(found.at("ok").iter().any(|line| line.starts_with("people: 1 person")));
}

#[test]
fn a_faulty_backup_leaves_no_folder_behind_and_one_in_use_is_kept() {
    let it = Installation::new();
    std::fs::write(it.path("bad.db"), "nothing of the kind").unwrap();
    let before = it.listing();
    let output = it.run(&["--data-dir", "other", "restore", "bad.db"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("bad.db is no backup of Daytwo"));
    assert!(it.run(&["backup", "copy.db"]).status.success());
    std::fs::remove_file(it.path("bad.db")).unwrap();
    let output = it.run(&["restore", "copy.db", "--verify"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--data-dir"));
    std::fs::remove_file(it.path("copy.db")).unwrap();
    let names = |listing: &[(std::path::PathBuf, u64)]| {
        listing.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>()
    };
    let mut before = names(&before);
    before.retain(|path| !path.ends_with("bad.db"));
    // The folder in use was locked while it was looked at; the lock's file stays.
    before.push(it.path("data/lock"));
    before.sort();
    assert_eq!(names(&it.listing()), before);
}
