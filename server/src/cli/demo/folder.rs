//! The demo's directory. A file in it says whose it is: without that file nothing in a directory
//! is ever touched.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::USUAL_FOLDER;
use crate::startup::StartError;

/// Says that a directory is a demo's, and how far its history has been told.
const MARKER: &str = "daytwo-demo";
const BEGUN: &str = "A demo of Daytwo keeps its files here. Its history has not been told yet.\n";
const TOLD: &str = "A demo of Daytwo keeps its files here.\n";

/// The demo's directory.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Claims the directory: a new one, an empty one, or one that a demo used before, which
    /// `fresh` empties. One whose history was told halfway is begun again.
    pub(super) fn claim(path: Option<&Path>, fresh: bool) -> Result<Self, StartError> {
        let path = path.unwrap_or_else(|| Path::new(USUAL_FOLDER)).to_owned();
        let failed = |error| StartError::DataDir { path: path.clone(), error };
        let folder = Self(path.clone());
        let marked = folder.marker().is_file();
        if !marked && is_used(&path).map_err(failed)? {
            return Err(StartError::Other(format!(
                "{} holds files that are not a demo's; name another directory with --data-dir",
                path.display()
            )));
        }
        if marked && (fresh || !folder.is_told()) {
            fs::remove_dir_all(&path).map_err(failed)?;
        }
        fs::create_dir_all(folder.shop()).map_err(failed)?;
        if !folder.is_told() {
            fs::write(folder.marker(), BEGUN).map_err(failed)?;
        }
        // Programs started from here may have another idea of where they are.
        fs::canonicalize(&path).map(Self).map_err(failed)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Where the shop keeps its files.
    pub(super) fn shop(&self) -> PathBuf {
        self.0.join("shop")
    }

    /// Whether the history has been told to its end.
    pub(super) fn is_told(&self) -> bool {
        fs::read_to_string(self.marker()).is_ok_and(|text| text == TOLD)
    }

    /// Notes that it has.
    pub(super) fn mark_told(&self) -> Result<(), StartError> {
        fs::write(self.marker(), TOLD)
            .map_err(|error| StartError::DataDir { path: self.0.clone(), error })
    }

    fn marker(&self) -> PathBuf {
        self.0.join(MARKER)
    }
}

/// Whether there is anything in this directory; there may be no directory at all.
fn is_used(path: &Path) -> io::Result<bool> {
    match fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_demos_directory_is_emptied() {
        let dir = tempfile::tempdir().unwrap();
        let precious = dir.path().join("precious");
        fs::write(&precious, "x").unwrap();
        for fresh in [false, true] {
            assert!(Folder::claim(Some(dir.path()), fresh).is_err());
        }
        assert!(precious.exists());
    }

    #[test]
    fn what_was_told_stays_until_asked_otherwise() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("demo");
        let folder = Folder::claim(Some(&path), false).unwrap();
        assert!(!folder.is_told());
        fs::write(path.join("half"), "x").unwrap();
        // A start that did not get to the end of the story leaves nothing to build on.
        let folder = Folder::claim(Some(&path), false).unwrap();
        assert!(!path.join("half").exists());
        folder.mark_told().unwrap();
        fs::write(path.join("kept"), "x").unwrap();
        assert!(Folder::claim(Some(&path), false).unwrap().is_told());
        assert!(path.join("kept").exists());
        assert!(!Folder::claim(Some(&path), true).unwrap().is_told());
        assert!(!path.join("kept").exists());
    }
}
