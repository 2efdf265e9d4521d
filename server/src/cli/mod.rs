//! The command line: one command a file.

mod backup;
mod demo;
mod doctor;
mod healthcheck;
mod migrate;
mod restore;
mod runbook;
mod serve;
mod token;
mod user;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use engine::Engine;

use crate::{
    config::{Config, ConfigError},
    logging,
    startup::{self, StartError},
};

/// Day-2 operations: every release is held open until there is evidence that it works.
#[derive(Debug, Parser)]
#[command(name = "daytwo", version)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// A configuration file (TOML)
    #[arg(long, global = true, value_name = "FILE", env = "DAYTWO_CONFIG")]
    config: Option<PathBuf>,
    /// Where the portal keeps its files [env: DAYTWO_DATA_DIR] [default: ./data; the demo's
    /// is ./demo-data]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The database, `sqlite:` or `postgres:` [env: DATABASE_URL] [default: a file in the data
    /// directory]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the portal
    Serve(serve::Serve),
    /// Start the portal with the demo's shop and a year of made-up history, in a directory of its
    /// own [default: ./demo-data]
    Demo(demo::Demo),
    /// Bring the database's schema up to date
    Migrate,
    /// Ask a running portal whether it is ready
    Healthcheck(healthcheck::Healthcheck),
    /// Say what is wrong with this installation and how to mend it; changes nothing
    Doctor(doctor::Doctor),
    /// Copy the whole database into one file, while the portal runs
    Backup(backup::Backup),
    /// Put a backup into an empty database
    Restore(restore::Restore),
    /// People
    #[command(subcommand)]
    User(user::User),
    /// API tokens
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Runbooks
    #[command(subcommand)]
    Runbook(runbook::RunbookCommand),
}

impl Common {
    /// The configuration with what the command line says.
    fn config(&self) -> Result<Config, ConfigError> {
        let mut config = Config::read(self.config.as_deref())?;
        if let Some(data_dir) = &self.data_dir {
            config.data_dir.clone_from(data_dir);
        }
        if let Some(url) = &self.database_url {
            config.database_url = Some(url.clone());
        }
        Ok(config)
    }

    /// The engine over the portal's database. One that is not there is made, so that an
    /// installation can be prepared before its first start, and that is said: a directory may have
    /// been mistyped.
    async fn engine(&self) -> Result<Engine, StartError> {
        let config = self.config()?;
        if let Some(file) = startup::absent(&config)? {
            note(&format!(
                "there was no database at {}; making one. Where a portal runs elsewhere, name its \
                 --data-dir or --database-url",
                file.display()
            ));
        }
        startup::engine(&config).await
    }

    fn config_listening(&self, listen: Option<SocketAddr>) -> Result<Config, ConfigError> {
        let mut config = self.config()?;
        if let Some(listen) = listen {
            config.listen = listen;
        }
        Ok(config)
    }
}

/// Runs the program; the exit status is 0 only when all is well.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("the runtime cannot start: {error}")),
    };
    match runtime.block_on(execute(cli)) {
        Ok(code) => code,
        Err(error) => fail(&error.to_string()),
    }
}

async fn execute(cli: Cli) -> Result<ExitCode, StartError> {
    let format = cli.common.config().map(|config| config.log_format).unwrap_or_default();
    logging::start(format);
    let common = &cli.common;
    match cli.command {
        Command::Serve(command) => command.run(common).await,
        Command::Demo(command) => command.run(common).await,
        Command::Migrate => migrate::run(common).await,
        Command::Healthcheck(command) => command.run(common).await,
        Command::Doctor(command) => command.run(common).await,
        Command::Backup(command) => command.run(common).await,
        Command::Restore(command) => command.run(common).await,
        Command::User(command) => command.run(common).await,
        Command::Token(command) => command.run(common).await,
        Command::Runbook(command) => command.run(common).await,
    }
}

fn fail(message: &str) -> ExitCode {
    note(message);
    ExitCode::FAILURE
}

/// Says something beside the answer.
#[expect(clippy::print_stderr, reason = "the command line speaks on standard error")]
fn note(message: &str) {
    eprintln!("daytwo: {message}");
}

/// Says something on standard output.
#[expect(clippy::print_stdout, reason = "the command line answers on standard output")]
pub(crate) fn say(message: impl std::fmt::Display) {
    println!("{message}");
}
