//! `daytwo token …`

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::Subcommand;
use domain::{actor::Actor, ids::TokenId, roles::Scope, token::Token};
use engine::tokens::NewToken;

use super::{Common, say};
use crate::startup::StartError;

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
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
    /// List the tokens: id, name, what they begin with, scopes, whether they work
    List,
    /// Revoke a token; it stops working at once, on a running portal within seconds
    Revoke {
        /// Its id, from the list
        id: uuid::Uuid,
    },
}

impl TokenCommand {
    pub(super) async fn run(self, common: &Common) -> Result<ExitCode, StartError> {
        let engine = common.engine().await?;
        match self {
            Self::Create { name, scopes, services, expires_days } => {
                let expires_at =
                    expires_days.map(|days| engine.now() + chrono::Duration::days(days));
                let new = NewToken { name, scopes, services, expires_at };
                say(engine.tokens().create(&Actor::CommandLine, new).await?);
            }
            Self::List => {
                let now = engine.now();
                for token in engine.tokens().list(&Actor::CommandLine).await? {
                    say(line(&token, now));
                }
            }
            Self::Revoke { id } => {
                engine.tokens().revoke(&Actor::CommandLine, TokenId(id)).await?;
                say("Revoked.");
            }
        }
        engine.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

fn line(token: &Token, now: DateTime<Utc>) -> String {
    let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    let state = match (token.revoked_at, token.expires_at) {
        (Some(_), _) => "revoked",
        (None, Some(at)) if at <= now => "expired",
        _ => "works",
    };
    format!("{}  {}  {}…  {}  {state}", token.id, token.name, token.prefix, scopes.join(","))
}

fn scope(word: &str) -> Result<Scope, String> {
    Scope::parse(word).ok_or_else(|| {
        let known: Vec<_> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        format!("the scopes are {}", known.join(", "))
    })
}
