//! `daytwo restore FILE`

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use store::backup;

use super::{
    Common,
    backup::{describe, location, other},
    say,
};
use crate::{instance_lock::Alone, startup::StartError};

/// What to restore.
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup
    file: PathBuf,
    /// Read every restored row back and compare it with the backup
    #[arg(long)]
    verify: bool,
    /// Only check the backup; restore nothing
    #[arg(long, conflicts_with = "verify")]
    check_only: bool,
}

impl Restore {
    pub(super) async fn run(&self, common: &Common) -> Result<ExitCode, StartError> {
        let file = self.file.display();
        if self.check_only {
            let contents = backup::inspect(&self.file).await.map_err(other)?;
            say(format!("{file} is sound."));
            describe(&contents);
            return Ok(ExitCode::SUCCESS);
        }
        let config = common.config()?;
        let to = location(&config)?;
        if config.database_url.is_none() {
            // A faulty backup must not leave a folder behind.
            backup::inspect(&self.file).await.map_err(other)?;
        }
        let _alone = Alone::with(&config)?;
        let restored = backup::restore(&self.file, to, self.verify).await.map_err(other)?;
        let verified = if restored.compared {
            ", every row compared with the backup, keys and audit log verified"
        } else {
            ""
        };
        say(format!("Restored {} rows from {file}{verified}.", restored.rows));
        describe(&restored.backup);
        Ok(ExitCode::SUCCESS)
    }
}
