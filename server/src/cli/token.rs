//! `daytwo token …`

use std::process::ExitCode;

use clap::Subcommand;
use domain::{roles::Scope, who::Who};
use engine::tokens::NewToken;

use super::{Common, say};
use crate::{open, open::StartError};

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token; it is printed once, alone, on standard output
    Create {
        /// What people call it
        #[arg(long)]
        name: String,
        /// What it may be used for; may be given several times
        #[arg(long = "scope", required = true, value_parser = scope)]
        scopes: Vec<Scope>,
        /// The services it is limited to; may be given several times
        #[arg(long = "service")]
        services: Vec<String>,
        /// Days until it stops working
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..=3650))]
        expires_days: Option<i64>,
    },
}

impl Token {
    pub(super) async fn run(self, common: &Common) -> Result<ExitCode, StartError> {
        let engine = open::engine(&common.config()?).await?;
        let Self::Create { name, scopes, services, expires_days } = self;
        let expires_at = expires_days.map(|days| engine.now() + chrono::Duration::days(days));
        let new = NewToken { name, scopes, services, expires_at };
        say(engine.create_token(&Who::CommandLine, new).await?);
        engine.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

fn scope(word: &str) -> Result<Scope, String> {
    Scope::parse(word).ok_or_else(|| {
        let known: Vec<_> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        format!("the scopes are {}", known.join(", "))
    })
}
