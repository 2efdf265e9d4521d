//! The shop's data: held in memory, written to `DIR/shop.json` whenever it changed.

pub mod accounts;
pub mod catalogue;
pub mod orders;
pub mod queue;
pub mod sessions;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::faults::Faults;

/// Why the data could not be reached.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection was free in time.
    #[error("database connection pool timed out after {waited_ms} ms while loading {what}")]
    PoolTimedOut {
        /// How long, in milliseconds.
        waited_ms: u64,
        /// What was asked for.
        what: String,
    },
    /// The database does not answer.
    #[error("connection to the database refused")]
    Unreachable,
    /// The snapshot could not be read or written.
    #[error("snapshot {path}: {source}")]
    Snapshot {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// All of the data.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Data {
    accounts: accounts::Accounts,
    sessions: sessions::Sessions,
    orders: orders::Orders,
    queue: queue::Queue,
}

/// The data and its snapshot file.
#[derive(Debug)]
pub struct Store {
    data: Mutex<Data>,
    path: PathBuf,
    changed: Notify,
    dirty: AtomicBool,
    saved: AtomicBool,
    faults: Arc<Faults>,
    /// Wakes the worker.
    pub work: Notify,
}

impl Store {
    /// Reads the snapshot of `data_dir`, or starts empty where there is none.
    ///
    /// # Errors
    /// If there is a snapshot that cannot be read: it is not overwritten.
    pub fn open(data_dir: &Path, faults: Arc<Faults>) -> Result<Self, StoreError> {
        let path = data_dir.join("shop.json");
        let data = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| StoreError::Snapshot {
                path: path.clone(),
                source: io::Error::new(io::ErrorKind::InvalidData, error),
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Data::default(),
            Err(source) => return Err(StoreError::Snapshot { path, source }),
        };
        Ok(Self {
            data: Mutex::new(data),
            path,
            changed: Notify::new(),
            dirty: AtomicBool::new(true),
            saved: AtomicBool::new(true),
            faults,
            work: Notify::new(),
        })
    }

    fn read(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> MutexGuard<'_, Data> {
        self.dirty.store(true, Ordering::Release);
        self.changed.notify_one();
        self.read()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] if it does not.
    pub fn ping(&self) -> Result<(), StoreError> {
        if self.faults.get().health_down || !self.saved.load(Ordering::Acquire) {
            return Err(StoreError::Unreachable);
        }
        drop(self.read());
        Ok(())
    }

    /// Writes the snapshot if anything changed since the last one.
    ///
    /// # Errors
    /// If the file cannot be written; the next call tries again.
    pub fn save(&self) -> Result<(), StoreError> {
        if !self.dirty.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let outcome = self.write_snapshot();
        self.saved.store(outcome.is_ok(), Ordering::Release);
        outcome.map_err(|source| {
            self.dirty.store(true, Ordering::Release);
            StoreError::Snapshot { path: self.path.clone(), source }
        })
    }

    fn write_snapshot(&self) -> io::Result<()> {
        let bytes = {
            let mut data = self.read();
            data.sessions.forget_old(crate::clock::now());
            serde_json::to_vec(&*data)?
        };
        // Written aside and renamed, so that a crash leaves the old snapshot or the new one.
        let aside = self.path.with_extension("json.new");
        write_private(&aside, &bytes)?;
        std::fs::rename(&aside, &self.path)
    }

    /// Saves after changes, at most once a second, until `stop`; then once more.
    pub async fn keep_saved(&self, stop: &tokio_util::sync::CancellationToken) {
        loop {
            tokio::select! {
                () = self.changed.notified() => {}
                () = stop.cancelled() => break,
            }
            if let Err(error) = self.save() {
                tracing::error!(%error, "could not save the snapshot");
            }
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
                () = stop.cancelled() => break,
            }
        }
        if let Err(error) = self.save() {
            tracing::error!(%error, "could not save the last snapshot");
        }
    }
}

/// Writes a file only its owner may read.
///
/// # Errors
/// As the file system says.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
