//! `daytwo doctor`: what is wrong with this installation, and how to mend it. It looks and changes
//! nothing: no folder, no database and no migration comes of it.

mod database;
mod files;
mod network;
mod settings;

use std::{net::SocketAddr, process::ExitCode};

use clap::Args;
use engine::doctor::{Finding, Level};
use serde::Serialize;

use super::{Common, say};
use crate::startup::StartError;

/// How to tell it.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Where the portal listens [env: DAYTWO_LISTEN] [default: 127.0.0.1:3000]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    status: Level,
    version: &'static str,
    findings: &'a [Finding],
}

impl Doctor {
    pub(super) async fn run(&self, common: &Common) -> Result<ExitCode, StartError> {
        drop(rustls::crypto::ring::default_provider().install_default());
        let found = self.look(common).await;
        let worst = found.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok);
        if self.json {
            let report =
                Report { status: worst, version: env!("CARGO_PKG_VERSION"), findings: &found };
            say(serde_json::to_string_pretty(&report)
                .map_err(|error| StartError::Other(error.to_string()))?);
        } else {
            tell(&found);
        }
        Ok(if worst == Level::Problem { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    async fn look(&self, common: &Common) -> Vec<Finding> {
        let config = match common.config_listening(self.listen) {
            Ok(config) => config,
            // Without it nothing else can be found.
            Err(error) => {
                return vec![Finding::problem(
                    "configuration",
                    sentence(&error),
                    "correct the file or variable it names; docs/OPERATING.md lists them all",
                )];
            }
        };
        let mut found = settings::look(&config);
        found.extend(files::data_dir(&config));
        found.extend(database::look(&config).await);
        found.extend(files::site());
        found.push(network::trust_roots());
        found.push(network::port(&config).await);
        found
    }
}

/// An error as a sentence.
fn sentence(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let mut letters = text.trim_end().trim_end_matches('.').chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn tell(found: &[Finding]) {
    for finding in found {
        let word = match finding.level {
            Level::Ok => "ok",
            Level::Warn => "warn",
            Level::Problem => "PROBLEM",
        };
        say(format!("{word:<8} {:<14} {}", finding.about, finding.sentence));
        if let Some(mend) = &finding.mend {
            say(format!("{:<23} mend: {mend}.", ""));
        }
    }
    let number = |level| found.iter().filter(|finding| finding.level == level).count();
    say(match (number(Level::Problem), number(Level::Warn)) {
        (0, 0) => "All is well.".to_owned(),
        (0, warnings) => format!("It works; {warnings} to look at."),
        (problems, warnings) => format!("Problems: {problems}. To look at: {warnings}."),
    });
}
