//! PostgreSQL, MySQL and MariaDB: do they let in and answer a query?
//!
//! The connection is opened twice: once through the guard, to learn that the address may be
//! connected to and how long that takes, then by the database's own driver to exactly that address.

use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions as _, Connection as _};
use url::Url;

use super::line_protocol::{self, Transcript};
use crate::client::{Reason, Stage, authority_of};
use crate::context::ProbeContext;
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

pub(crate) async fn run(
    context: &ProbeContext<'_>,
    of: Database,
    url: &str,
    password: Option<&str>,
) -> Outcome {
    let (schemes, port): (&[&str], _) = match of {
        Database::Postgres => (&["postgres", "postgresql"], 5432),
        Database::Mysql => (&["mysql"], 3306),
    };
    let url = match line_protocol::address(url, schemes) {
        Ok(url) => line_protocol::with_port(url, port),
        Err(outcome) => return outcome,
    };
    let place = authority_of(&url);
    let result = context
        .client
        .within(&url, context.timeout, async |deadline, progress| {
            let opened = context.client.connect_tcp(&url, deadline, progress).await?;
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
    match result {
        Err(error) => Outcome::unreachable(error),
        Ok(((version, remote, timing), took)) => {
            let name = of.name();
            let transcript = Transcript {
                sent: format!("{name} {place}: SELECT version()"),
                received: version.clone(),
                remote: remote.to_string(),
                timing,
                took_ms: millis(took),
            };
            let version = redact::shorten(&redact::printable(&version), 60);
            let what =
                format!("{name} at {place} ({version}) answered in {:.0} ms", transcript.took_ms);
            line_protocol::success(context, &what, "a query is answered", &transcript).await
        }
    }
}

fn database(url: &Url) -> Option<String> {
    let name = line_protocol::percent_decoded(url.path().trim_start_matches('/'));
    (!name.is_empty()).then_some(name)
}

async fn postgres(
    url: &Url,
    remote: std::net::SocketAddr,
    password: Option<&str>,
) -> Result<String, sqlx::Error> {
    let user = line_protocol::user(url).unwrap_or_else(|| "postgres".into());
    // The library's defaults come from our own environment, where the portal's password may stand: each
    // that would be sent is said here.
    let options = PgConnectOptions::new_without_pgpass()
        .host(&remote.ip().to_string())
        .port(remote.port())
        .database(&database(url).unwrap_or_else(|| user.clone()))
        .username(&user)
        .password(password.unwrap_or_default())
        .ssl_mode(PgSslMode::Prefer)
        .application_name("daytwo");
    let mut connection = options.disable_statement_logging().connect().await?;
    let version =
        sqlx::query_scalar("SELECT left(version(), 200)").fetch_one(&mut connection).await?;
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
        .username(&line_protocol::user(url).unwrap_or_else(|| "root".into()));
    if let Some(name) = database(url) {
        options = options.database(&name);
    }
    if let Some(password) = password {
        options = options.password(password);
    }
    let mut connection = options.disable_statement_logging().connect().await?;
    let version =
        sqlx::query_scalar("SELECT left(version(), 200)").fetch_one(&mut connection).await?;
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
        other => Reason::WrongProtocol {
            authority,
            protocol: of.name(),
            detail: redact::shorten(&redact::printable(&other.to_string()), 200),
        },
    }
}
