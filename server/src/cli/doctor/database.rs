//! The database: whether it answers, then all that is in it.

use std::path::Path;

use engine::{
    clock::{Clock as _, SystemClock},
    doctor::{self, Finding},
};
use store::{
    Backend,
    backup::{self, BackupError},
};

use super::sentence;
use crate::config::Config;

const ABOUT: &str = "database";

pub(super) async fn look(config: &Config) -> Vec<Finding> {
    let backend = match store::location(config.database_url.as_deref(), &config.data_dir) {
        Ok(backend) => backend,
        Err(error) => {
            return vec![Finding::problem(
                ABOUT,
                sentence(&error),
                "set DATABASE_URL to `sqlite:FILE` or `postgres://…`, or unset it",
            )];
        }
    };
    let place = place(&backend);
    let opened = match backup::existing(backend).await {
        Ok(pool) => pool.reader().await.map(|link| (pool, link)).map_err(BackupError::from),
        Err(error) => Err(error),
    };
    let (pool, mut link) = match opened {
        Ok(opened) => opened,
        Err(error) => return vec![closed(&place, &error)],
    };
    let mut found = vec![Finding::ok(ABOUT, format!("{place} answers."))];
    found.extend(doctor::database(&mut link, SystemClock.now()).await);
    drop(link);
    pool.close().await;
    found
}

fn closed(place: &str, error: &BackupError) -> Finding {
    let mend = match error {
        BackupError::Absent(_) => {
            "name the right place with --data-dir or DATABASE_URL; where this is a new \
             installation, start the portal, which makes it"
        }
        _ if place.starts_with("PostgreSQL") => {
            "start PostgreSQL, and check the address, name and password in DATABASE_URL"
        }
        _ => {
            "check who may read the file; where it is damaged, restore the newest backup into an \
             empty data directory"
        }
    };
    let sentence = match error {
        BackupError::Absent(_) => format!("{place} is not there."),
        error => format!("{place}: {error}."),
    };
    Finding::problem(ABOUT, sentence, mend)
}

/// Where the database is, without its password.
fn place(backend: &Backend) -> String {
    match backend {
        Backend::Sqlite(options) => {
            let file: &Path = options.get_filename();
            format!("SQLite at {}", file.display())
        }
        Backend::Postgres(options) => format!(
            "PostgreSQL at {}, database {}",
            options.get_host(),
            options.get_database().unwrap_or_else(|| options.get_username())
        ),
    }
}
