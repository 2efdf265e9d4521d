//! The application log: one JSON object a line in `DIR/shop.log`.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use tracing_subscriber::{EnvFilter, fmt::MakeWriter, layer::SubscriberExt, registry};

/// Size at which the log is moved to `shop.log.1`, in bytes.
const ROTATE_AT_BYTES: u64 = 32 * 1024 * 1024;

/// Starts logging to `DIR/shop.log`, appending.
///
/// # Errors
/// If the file cannot be opened.
pub fn start(data_dir: &Path) -> io::Result<()> {
    let writer = LogFile::open(data_dir.join("shop.log"), ROTATE_AT_BYTES)?;
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(writer);
    let subscriber =
        registry().with(EnvFilter::new("info,hyper=warn,h2=warn,reqwest=warn")).with(lines);
    // A second call happens only where several shops live in one process; the first log stays.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(())
}

#[derive(Clone)]
struct LogFile(Arc<Mutex<Open>>);

struct Open {
    path: PathBuf,
    file: File,
    written_bytes: u64,
    rotate_at_bytes: u64,
}

impl LogFile {
    fn open(path: PathBuf, rotate_at_bytes: u64) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let written_bytes = file.metadata()?.len();
        Ok(Self(Arc::new(Mutex::new(Open { path, file, written_bytes, rotate_at_bytes }))))
    }
}

impl Open {
    fn rotate(&mut self) -> io::Result<()> {
        let mut old = self.path.clone().into_os_string();
        old.push(".1");
        std::fs::rename(&self.path, old)?;
        self.file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        self.written_bytes = 0;
        Ok(())
    }
}

impl Write for LogFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.written_bytes >= open.rotate_at_bytes {
            open.rotate()?;
        }
        open.file.write_all(line)?;
        open.written_bytes += line.len() as u64;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).file.flush()
    }
}

impl<'a> MakeWriter<'a> for LogFile {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_log_is_moved_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("shop.log");
        let mut log = LogFile::open(path.clone(), 10).unwrap();
        log.write_all(b"first line\n").unwrap();
        log.write_all(b"second\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "second\n");
        let old = std::fs::read_to_string(dir.path().join("shop.log.1")).unwrap();
        assert_eq!(old, "first line\n");
    }
}
