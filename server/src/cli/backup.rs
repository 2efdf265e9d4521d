//! `daytwo backup FILE`

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use store::backup::{self, Contents};

use super::{Common, say};
use crate::{config::Config, startup::StartError};

/// Where to put the backup.
#[derive(Debug, Args)]
pub struct Backup {
    /// The file to make; one that exists is never overwritten
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(&self, common: &Common) -> Result<ExitCode, StartError> {
        let from = location(&common.config()?)?;
        let contents = backup::back_up(from, &self.file).await.map_err(other)?;
        say(format!("Backed up to {}, and the copy is sound.", self.file.display()));
        describe(&contents);
        Ok(ExitCode::SUCCESS)
    }
}

/// Where the database is.
pub(super) fn location(config: &Config) -> Result<store::Backend, StartError> {
    // PostgreSQL may ask for TLS; a second call in one process finds the provider installed.
    drop(rustls::crypto::ring::default_provider().install_default());
    Ok(store::location(config.database_url.as_deref(), &config.data_dir)?)
}

pub(super) fn other(error: backup::BackupError) -> StartError {
    StartError::Other(error.to_string())
}

/// Says what a backup holds.
pub(super) fn describe(contents: &Contents) {
    let rows = |table: &str| {
        contents.tables.iter().find(|(name, _)| name == table).map_or(0, |(_, rows)| *rows)
    };
    let (version, newest) = match contents.schema {
        backup::Schema::Older { version, known } => (version, known),
        backup::Schema::Current { version } => (version, version),
        _ => (0, 0),
    };
    let older = if version < newest {
        format!(", older than this program's {newest}; restoring brings it up to date")
    } else {
        String::new()
    };
    say(format!("  size         {:.1} MB", contents.size_bytes as f64 / 1e6));
    say(format!("  schema       version {version}{older}"));
    for table in ["people", "services", "deployments", "evidence", "measurements", "lessons"] {
        say(format!("  {table:<12} {}", rows(table)));
    }
    let total: i64 = contents.tables.iter().map(|(_, rows)| rows).sum();
    say(format!("  in all       {total} rows in {} tables", contents.tables.len()));
    let head: String =
        contents.audit_head.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    say(format!("  audit log    {} entries, unbroken, the last {head}", contents.audit_entries));
}
