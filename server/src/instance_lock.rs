//! One portal for each SQLite database. A file beside it is locked by whoever serves, migrates or
//! restores; the kernel frees it with the process, also after `kill -9`. PostgreSQL takes several.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use store::Backend;

use crate::{
    config::Config,
    startup::{self, StartError},
};

/// That this process has the database for itself, for as long as this is held.
#[derive(Debug)]
pub(crate) struct Alone {
    /// Nothing is locked where several may share the database.
    _lock: Option<File>,
}

impl Alone {
    /// Makes the data directory and locks the database in it.
    ///
    /// # Errors
    /// Where another process has it.
    pub(crate) fn with(config: &Config) -> Result<Self, StartError> {
        startup::prepare(&config.data_dir)?;
        let database = store::location(config.database_url.as_deref(), &config.data_dir)?;
        let Backend::Sqlite(options) = database else { return Ok(Self { _lock: None }) };
        // Two names of one file are one database.
        let database = options.get_filename();
        let database = database.canonicalize().unwrap_or_else(|_| database.to_owned());
        let path = beside(&database);
        let failed = |error| StartError::DataDir { path: path.clone(), error };
        // Not emptied before it is ours: it says whose it is.
        let opened =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut process = String::new();
                // Where it cannot be read, the sentence says less.
                drop(file.read_to_string(&mut process));
                return Err(StartError::InUse { path, process: process.trim().to_owned() });
            }
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, path = %path.display(), "locks do not work here; see to it \
                    that no second portal is started");
                return Ok(Self { _lock: None });
            }
        }
        let written = file
            .set_len(0)
            .and_then(|()| file.write_all(std::process::id().to_string().as_bytes()));
        written.map_err(failed)?;
        Ok(Self { _lock: Some(file) })
    }
}

/// `lock` in the data directory; a database of another name may have neighbours there.
fn beside(database: &Path) -> PathBuf {
    if database.file_name().is_some_and(|name| name == "daytwo.db") {
        return database.with_file_name("lock");
    }
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}
