//! PostgreSQL, MySQL and MariaDB: do they let in and answer a query?
//!
//! The connection is opened twice: once through the guard, to learn that the address may be
//! connected to and how long that takes, then by the database's own driver to exactly that address.

use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use url::Url;

use super::talk::{self, Talk};
use crate::client::{Reason, Stage, authority_of};
use crate::context::Run;
use crate::outcome::{Outcome, millis};
use crate::redact;

/// Which database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    Postgres,
    Mysql,
}

impl Database {
    const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MySQL",
        }
    }
}

pub(crate) async fn run(run: &Run<'_>, of: Database, url: &str, password: Option<&str>) -> Outcome {
    let (schemes, port): (&[&str], _) = match of {
        Database::Postgres => (&["postgres", "postgresql"], 5432),
        Database::Mysql => (&["mysql"], 3306),
    };
    let url = match talk::address(url, schemes) {
        Ok(url) => talk::with_port(url, port),
        Err(outcome) => return outcome,
    };
    let place = authority_of(&url);
    let looked = run
        .client
        .within(&url, run.timeout, async |deadline, progress| {
            let opened = run.client.open(&url, deadline, progress).await?;
            let (remote, timing) = (opened.remote, opened.timing);
            drop(opened.stream);
            progress.enter(Stage::FirstByte);
            let asked = match of {
                Database::Postgres => postgres(&url, remote, password).await,
                Database::Mysql => mysql(&url, remote, password).await,
            };
            let version = asked.map_err(|error| reason(&error, of, &place))?;
            Ok((version, remote, timing))
        })
        .await;
    match looked {
        Err(error) => Outcome::unreachable(error),
        Ok(((version, remote, timing), took)) => {
            let name = of.name();
            let talk = Talk {
                sent: format!("{name} {place}: SELECT version()"),
                came: version.clone(),
                remote: remote.to_string(),
                timing,
                took_ms: millis(took),
            };
            let version = redact::shorten(&redact::printable(&version), 60);
            let what = format!("{name} at {place} ({version}) answered in {:.0} ms", talk.took_ms);
            talk::answered(run, &what, "a query is answered", &talk)
        }
    }
}

fn database(url: &Url) -> Option<String> {
    let name = talk::percent_decoded(url.path().trim_start_matches('/'));
    (!name.is_empty()).then_some(name)
}

async fn postgres(
    url: &Url,
    remote: std::net::SocketAddr,
    password: Option<&str>,
) -> Result<String, sqlx::Error> {
    // Without the defaults, which come from our own environment.
    let mut options = PgConnectOptions::new_without_pgpass()
        .host(&remote.ip().to_string())
        .port(remote.port())
        .username(&talk::user(url).unwrap_or_else(|| "postgres".into()))
        .application_name("daytwo");
    if let Some(name) = database(url) {
        options = options.database(&name);
    }
    if let Some(password) = password {
        options = options.password(password);
    }
    let mut connection = options.disable_statement_logging().connect().await?;
    let version = sqlx::query_scalar("SELECT version()").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(version)
}

async fn mysql(
    url: &Url,
    remote: std::net::SocketAddr,
    password: Option<&str>,
) -> Result<String, sqlx::Error> {
    let mut options = MySqlConnectOptions::new()
        .host(&remote.ip().to_string())
        .port(remote.port())
        .username(&talk::user(url).unwrap_or_else(|| "root".into()));
    if let Some(name) = database(url) {
        options = options.database(&name);
    }
    if let Some(password) = password {
        options = options.password(password);
    }
    let mut connection = options.disable_statement_logging().connect().await?;
    let version = sqlx::query_scalar("SELECT version()").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(version)
}

fn reason(error: &sqlx::Error, of: Database, place: &str) -> Reason {
    let authority = place.to_owned();
    match error {
        sqlx::Error::Database(said) => Reason::Denied {
            authority,
            detail: redact::shorten(&redact::printable(&redact::text(said.message())), 200),
        },
        sqlx::Error::Io(_) => Reason::Closed(authority),
        other => Reason::NotSpoken {
            authority,
            protocol: of.name(),
            detail: redact::shorten(&redact::printable(&other.to_string()), 200),
        },
    }
}
