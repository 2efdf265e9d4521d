//! `daytwo runbook …`

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Subcommand;
use domain::actor::Actor;
use formats::runbook_yaml;

use super::{Common, fail, say};
use crate::startup::StartError;

/// What to do with runbooks.
#[derive(Debug, Subcommand)]
pub enum RunbookCommand {
    /// Say what is wrong with a runbook's file
    Check {
        /// The YAML file
        file: PathBuf,
    },
    /// Publish a runbook's file as a new version; runs that are open keep theirs
    Apply {
        /// The YAML file
        file: PathBuf,
    },
}

impl RunbookCommand {
    pub(super) async fn run(self, common: &Common) -> Result<ExitCode, StartError> {
        match self {
            Self::Check { file } => {
                let text = read(&file)?;
                Ok(check(&file, &text).unwrap_or_else(|code| code))
            }
            Self::Apply { file } => {
                let text = read(&file)?;
                if let Err(code) = check(&file, &text) {
                    return Ok(code);
                }
                let engine = common.engine().await?;
                let name = file.display().to_string();
                let done = engine.runbooks().publish(&Actor::CommandLine, &name, &text).await?;
                say(if done.new {
                    format!("Published {} v{}.", done.slug, done.number)
                } else {
                    format!("{} v{} says the same already.", done.slug, done.number)
                });
                engine.close().await;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

fn read(file: &Path) -> Result<String, StartError> {
    std::fs::read_to_string(file)
        .map_err(|error| StartError::Other(format!("{} cannot be read: {error}", file.display())))
}

fn check(file: &Path, text: &str) -> Result<ExitCode, ExitCode> {
    match runbook_yaml::read(&file.display().to_string(), text) {
        Ok(runbook) => {
            say(format!("{}: {} items, fine.", runbook.slug, runbook.items.len()));
            Ok(ExitCode::SUCCESS)
        }
        Err(errors) => {
            for error in &errors {
                say(error);
            }
            let count = match errors.len() {
                1 => "a fault".to_owned(),
                many => format!("{many} faults"),
            };
            Err(fail(&format!("{} has {count}", file.display())))
        }
    }
}
