//! An installation in a folder of its own: program, site, data.

use std::{
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use sqlx::AssertSqlSafe;
use tempfile::TempDir;

pub struct Installation {
    folder: TempDir,
    pub database_url: Option<String>,
}

impl Installation {
    /// The program with its site, and no data yet.
    pub fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let program = folder.path().join("daytwo");
        let built = env!("CARGO_BIN_EXE_daytwo");
        // The program looks for its site beside itself; a link is quicker, where one can be made.
        if std::fs::hard_link(built, &program).is_err() {
            std::fs::copy(built, &program).unwrap();
        }
        let pkg = folder.path().join("site/pkg");
        std::fs::create_dir_all(&pkg).unwrap();
        std::fs::write(folder.path().join("hash.txt"), "js: a\nwasm: b\ncss: c\n").unwrap();
        for file in ["daytwo.a.js", "daytwo.b.wasm", "daytwo.c.css"] {
            std::fs::write(pkg.join(file), "").unwrap();
        }
        Self { folder, database_url: None }
    }

    /// One that was set up: a schema, runbooks, an administrator.
    pub fn new() -> Self {
        let it = Self::bare();
        it.set_up();
        it
    }

    pub fn set_up(&self) {
        let mut command = self.command(&[
            "user",
            "create",
            "--email",
            "a@example.org",
            "--name",
            "A",
            "--role",
            "admin",
            "--password-stdin",
        ]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"correct horse battery staple").unwrap();
        assert!(child.wait().unwrap().success());
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn database(&self) -> PathBuf {
        self.path("data/daytwo.db")
    }

    /// The program, with nothing of the caller's environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.path("daytwo"));
        command.args(arguments).env_clear().current_dir(self.folder.path());
        if let Some(url) = &self.database_url {
            command.env("DATABASE_URL", url);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What the doctor says; a port of its own choice is always free.
    pub fn doctor(&self) -> Findings {
        Findings::of(self.command(&["doctor", "--json", "--listen", "127.0.0.1:0"]))
    }

    /// Changes the SQLite file as someone with access to it would.
    pub async fn by_hand(&self, statements: &[&str]) {
        let url = format!("sqlite:{}", self.database().display());
        let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
        for statement in statements {
            let statement = AssertSqlSafe((*statement).to_owned());
            sqlx::query(statement).execute(&pool).await.unwrap();
        }
        pool.close().await;
    }

    /// Every file and folder there is, with its size.
    pub fn listing(&self) -> Vec<(PathBuf, u64)> {
        let mut found = Vec::new();
        list(self.folder.path(), &mut found);
        found.sort();
        found
    }
}

fn list(folder: &Path, found: &mut Vec<(PathBuf, u64)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        found.push((entry.path(), entry.metadata().unwrap().len()));
        if entry.path().is_dir() {
            list(&entry.path(), found);
        }
    }
}

/// The doctor's answer.
pub struct Findings {
    pub status: i32,
    report: Value,
}

impl Findings {
    pub fn of(mut command: Command) -> Self {
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let report = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{error}: {text}{:?}", output.stderr));
        Self { status: output.status.code().unwrap(), report }
    }

    /// What is not well, as `about: sentence`.
    #[track_caller]
    pub fn at(&self, level: &str) -> Vec<String> {
        self.report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["level"] == level)
            .map(|finding| {
                // Whatever is not well comes with a way to mend it.
                assert!(level == "ok" || finding["mend"].is_string(), "{finding}");
                let text = |key: &str| finding[key].as_str().unwrap().to_owned();
                format!("{}: {}", text("about"), text("sentence"))
            })
            .collect()
    }

    /// The one problem, which ends the command with status 1.
    #[track_caller]
    pub fn only_problem(&self, begins: &str) {
        let problems = self.at("problem");
        assert_eq!((self.status, problems.len()), (1, 1), "{problems:#?}");
        assert!(problems[0].starts_with(begins), "{problems:#?}");
    }
}
