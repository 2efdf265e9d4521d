//! `daytwo user …`

use std::{io::Read as _, process::ExitCode};

use clap::Subcommand;
use domain::{actor::Actor, roles::Role};
use engine::people::NewPerson;

use super::{Common, say};
use crate::startup::StartError;

/// What to do with people.
#[derive(Debug, Subcommand)]
pub enum User {
    /// Add a person
    Create {
        /// Their address
        #[arg(long)]
        email: String,
        /// Their name
        #[arg(long)]
        name: String,
        /// What they may do
        #[arg(long, default_value = "viewer", value_parser = ["viewer", "operator", "approver", "admin"])]
        role: String,
        /// Team labels, which a required sign-off may name
        #[arg(long = "team")]
        teams: Vec<String>,
        /// Read the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// List the people: address, name, role, whether they may log in
    List,
    /// Set a person's password
    Password {
        /// Their address
        #[arg(long)]
        email: String,
        /// Read the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

impl User {
    pub(super) async fn run(self, common: &Common) -> Result<ExitCode, StartError> {
        let engine = common.engine().await?;
        match self {
            Self::Create { email, name, role, teams, password_stdin: _ } => {
                let role = Role::parse(&role).unwrap_or(Role::Viewer);
                let new = NewPerson { email, name, role, teams, password: password()? };
                let person = engine.people().add(&Actor::CommandLine, new).await?;
                say(format!("{} <{}> is {}.", person.name, person.email, person.role));
            }
            Self::List => {
                for one in engine.people().list(&Actor::CommandLine).await? {
                    let allowed =
                        if one.disabled_at.is_some() { "may not log in" } else { "active" };
                    let person = one.person;
                    say(format!("{}  {}  {}  {allowed}", person.email, person.name, person.role));
                }
            }
            Self::Password { email, password_stdin: _ } => {
                engine.people().set_password(&Actor::CommandLine, &email, password()?).await?;
                say(format!("The password of {email} is set."));
            }
        }
        engine.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Reads the password; the newline at its end is not part of it.
fn password() -> Result<String, StartError> {
    let mut text = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut text)
        .map_err(|error| StartError::Other(format!("the password cannot be read: {error}")))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}
