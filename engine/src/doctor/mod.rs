//! What is wrong with an installation's database and how to mend it. It works on a connection
//! alone, so that a database which no engine can be started over can be looked at too.

mod attested;

use argon2::password_hash::PasswordHash;
use chrono::{DateTime, Duration, Utc};
use domain::{page::Page, roles::Role, rollback::Unrestored};
use probes::Condition;
use serde::Serialize;
use serde_json::Value;
use store::{
    Connection, StoreError, audit,
    backup::{self, Schema},
    deliveries, deployments, people, runbooks,
};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// All is well.
    Ok,
    /// It works, and someone should look.
    Warn,
    /// It does not work, or cannot be trusted.
    Problem,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at, such as `audit log`.
    pub about: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What was found, in a sentence.
    pub sentence: String,
    /// What to do about it, where there is anything to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl Finding {
    /// All is well.
    pub fn ok(about: &'static str, sentence: impl Into<String>) -> Self {
        Self { about, level: Level::Ok, sentence: sentence.into(), mend: None }
    }

    /// It works, and someone should look.
    pub fn warn(about: &'static str, sentence: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { about, level: Level::Warn, sentence: sentence.into(), mend: Some(mend.into()) }
    }

    /// It does not work, or cannot be trusted.
    pub fn problem(
        about: &'static str,
        sentence: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self { about, level: Level::Problem, sentence: sentence.into(), mend: Some(mend.into()) }
    }
}

/// What to do when rows cannot be trusted any more.
const RESTORE: &str = "restore the newest backup that is sound into an empty database \
                       (`daytwo restore FILE --verify`), and find out who changed this one";

/// The tables that were append-only from the first schema on.
const ALWAYS_GUARDED: [&str; 3] = ["audit", "evidence", "sign_offs"];

/// Looks at everything in a database; changes nothing.
pub async fn database(link: &mut Connection, now: DateTime<Utc>) -> Vec<Finding> {
    let mut found = Vec::new();
    let schema = match backup::schema(link).await {
        Ok(schema) => schema,
        Err(error) => {
            found.push(unreadable("schema", &error));
            return found;
        }
    };
    found.push(of_schema(schema));
    if schema.fault().is_some() {
        return found;
    }
    found.extend(
        own_health(link, schema).await.unwrap_or_else(|error| vec![unreadable("files", &error)]),
    );
    // One part that cannot be read must not hide what is wrong with the others.
    found.push(chain(link).await.unwrap_or_else(|error| unreadable("audit log", &error)));
    found.push(clock(link, now).await.unwrap_or_else(|error| unreadable("clock", &error)));
    found.push(of_people(link).await.unwrap_or_else(|error| unreadable("people", &error)));
    found.push(of_runbooks(link).await.unwrap_or_else(|error| unreadable("runbooks", &error)));
    // An older schema has no deliveries and no runs of every subject; that is said already.
    if !matches!(schema, Schema::Older { .. }) {
        found.push(hooks(link, now).await.unwrap_or_else(|error| unreadable("hooks", &error)));
        let vouched = attested::attested(link).await;
        found.push(vouched.unwrap_or_else(|error| unreadable("records", &error)));
        let undone = rollbacks(link).await;
        found.push(undone.unwrap_or_else(|error| unreadable("rollbacks", &error)));
    }
    found.push(conditions(link).await.unwrap_or_else(|error| unreadable("conditions", &error)));
    found.push(watches(link, now).await.unwrap_or_else(|error| unreadable("watches", &error)));
    found
}

fn unreadable(about: &'static str, error: &StoreError) -> Finding {
    Finding::problem(about, format!("The database cannot be read: {error}."), RESTORE)
}

fn of_schema(schema: Schema) -> Finding {
    const ABOUT: &str = "schema";
    if let Schema::Older { version, known } = schema {
        return Finding::warn(
            ABOUT,
            format!("The schema has version {version}; this program brings it to {known}."),
            "back up, then run `daytwo migrate` or start the portal",
        );
    }
    match (schema, schema.fault()) {
        (Schema::Current { version }, _) => {
            Finding::ok(ABOUT, format!("The schema has this program's version, {version}."))
        }
        (Schema::Absent, _) => Finding::problem(
            ABOUT,
            "The database has none of Daytwo's tables.",
            "run `daytwo migrate`, or name the right database with --data-dir or DATABASE_URL",
        ),
        (Schema::Newer { .. }, Some(fault)) => Finding::problem(
            ABOUT,
            format!("This database is ahead: {fault}."),
            "install that version again, or restore the backup made before it was installed",
        ),
        (_, fault) => Finding::problem(
            ABOUT,
            format!("The schema is not in order: {}.", fault.unwrap_or_default()),
            "restore the newest backup into an empty database",
        ),
    }
}

async fn own_health(link: &mut Connection, schema: Schema) -> Result<Vec<Finding>, StoreError> {
    let mut health = backup::health(link).await?;
    if matches!(schema, Schema::Older { .. }) {
        // Others are guarded by what is still to come.
        health.unguarded.retain(|table| ALWAYS_GUARDED.contains(&table.as_str()));
    }
    let mut found = Vec::new();
    found.push(if health.damage.is_empty() {
        Finding::ok("files", "The database finds no damage in its files.")
    } else {
        Finding::problem("files", format!("Damaged: {}.", health.damage.join("; ")), RESTORE)
    });
    found.push(if health.unguarded.is_empty() {
        Finding::ok("guards", "History is append-only in the database too.")
    } else {
        Finding::problem(
            "guards",
            format!("Rows of {} could be changed or deleted.", health.unguarded.join(", ")),
            RESTORE,
        )
    });
    if let Some(journal) = health.journal.filter(|journal| journal != "wal") {
        found.push(Finding::warn(
            "journal",
            format!("SQLite writes with journal mode `{journal}`: readers wait for writers."),
            "start the portal, which sets `wal`; a network file system may refuse it",
        ));
    }
    Ok(found)
}

async fn chain(link: &mut Connection) -> Result<Finding, StoreError> {
    const ABOUT: &str = "audit log";
    Ok(match audit::verify(link).await? {
        Ok(chain) => Finding::ok(ABOUT, format!("{} entries, the chain is unbroken.", chain.len())),
        Err(broken) => Finding::problem(ABOUT, format!("The chain is broken: {broken}."), RESTORE),
    })
}

async fn clock(link: &mut Connection, now: DateTime<Utc>) -> Result<Finding, StoreError> {
    const ABOUT: &str = "clock";
    let newest = audit::newest(link, Page::first(1)).await?;
    Ok(match newest.first() {
        Some(entry) if entry.at > now + Duration::minutes(1) => Finding::problem(
            ABOUT,
            format!(
                "It is {} here, but the newest audit entry is of {}.",
                now.format("%F %T UTC"),
                entry.at.format("%F %T UTC")
            ),
            "set this machine's clock (with NTP), or that of the machine that wrote the entry",
        ),
        _ => Finding::ok(ABOUT, format!("It is {}.", now.format("%F %T UTC"))),
    })
}

async fn of_people(link: &mut Connection) -> Result<Finding, StoreError> {
    const ABOUT: &str = "people";
    let people = people::all(link).await?;
    if people.is_empty() {
        return Ok(Finding::warn(
            ABOUT,
            "Nobody has been added: whoever visits first becomes the administrator.",
            "visit the portal, or run `daytwo user create --role admin …`",
        ));
    }
    let admins = people.iter().filter(|record| {
        record.person.role == Role::Admin
            && record.disabled_at.is_none()
            && PasswordHash::new(&record.password_hash).is_ok()
    });
    Ok(match admins.count() {
        0 => Finding::problem(
            ABOUT,
            "No administrator may log in.",
            "run `daytwo user create --role admin …`",
        ),
        n => {
            let everyone = count(people.len(), "person", "people");
            let admins = count(n, "administrator", "administrators");
            Finding::ok(ABOUT, format!("{everyone}, {admins} among them."))
        }
    })
}

async fn of_runbooks(link: &mut Connection) -> Result<Finding, StoreError> {
    Ok(match runbooks::published(link).await?.len() {
        0 => Finding::warn(
            "runbooks",
            "No runbook is published, so no deployment can be announced.",
            "start the portal, which publishes those that ship, or run `daytwo runbook apply FILE`",
        ),
        n => Finding::ok("runbooks", format!("{} published.", count(n, "runbook", "runbooks"))),
    })
}

async fn hooks(link: &mut Connection, now: DateTime<Utc>) -> Result<Finding, StoreError> {
    // One that is being called or repeated is no cause for worry.
    let (waiting, unknown) = deliveries::stuck(link, now - Duration::minutes(30)).await?;
    let hooks = |n: i64| count(usize::try_from(n).unwrap_or(0), "rollback hook", "rollback hooks");
    Ok(if waiting > 0 {
        Finding::warn(
            "hooks",
            format!("{} should have been called or given up long ago.", hooks(waiting)),
            "start the portal, or restart it, and look whether the rollback happened",
        )
    } else if unknown > 0 {
        Finding::warn(
            "hooks",
            format!("Of {} nobody knows whether the call arrived.", hooks(unknown)),
            "open the deployment, look whether the rollback happened, and send the hook again if not",
        )
    } else {
        Finding::ok("hooks", "No rollback hook is stuck.")
    })
}

/// Conditions of checks that this program does not take: after an upgrade, those that were allowed
/// before. Asked in a way that works on an older schema too.
async fn conditions(link: &mut Connection) -> Result<Finding, StoreError> {
    let rows = link
        .query(
            "SELECT s.slug, c.key, c.conditions, c.spec FROM checks c \
             JOIN services s ON s.id = c.service_id WHERE c.retired_at IS NULL ORDER BY s.slug, c.key",
        )
        .fetch_as(|row| {
            let mut texts: Vec<String> = row.json("conditions")?;
            texts.extend(of_steps(&row.json("spec")?));
            Ok((row.get::<String>("slug")?, row.get::<String>("key")?, texts))
        })
        .await?;
    let mut refused = rows.iter().flat_map(|(service, key, texts)| {
        let read = texts.iter().filter_map(|text| Condition::parse(text).err());
        read.map(move |error| format!("{key} of {service}: {error}"))
    });
    let Some(first) = refused.next() else {
        return Ok(Finding::ok("conditions", "Each condition of a check can be evaluated."));
    };
    let others = match refused.count() {
        0 => String::new(),
        n => format!(" {} more.", count(n, "condition", "conditions")),
    };
    Ok(Finding::warn(
        "conditions",
        format!("Not evaluated: {}.{others}", first.trim_end_matches('.')),
        "change it on the service's page, under Checks: until then the check is errored",
    ))
}

/// The conditions and captures of the steps of a check.
fn of_steps(spec: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let steps = spec["steps"].as_array().into_iter().flatten();
    let of_step = |step: &Value| {
        let conditions = step["conditions"].as_array().into_iter().flatten().filter_map(text);
        let captures = step["capture"].as_object().into_iter().flat_map(|all| all.values());
        conditions.chain(captures.filter_map(text)).collect::<Vec<_>>()
    };
    steps.flat_map(of_step).collect()
}

/// Rollbacks of which nobody has said that they were carried out.
async fn rollbacks(link: &mut Connection) -> Result<Finding, StoreError> {
    let mut undone = deployments::unrestored(link).await?;
    undone.retain(Unrestored::waits_on_a_person);
    let Some(worst) = undone.iter().find(|one| one.is_failed()).or(undone.first()) else {
        return Ok(Finding::ok("rollbacks", "Each was carried out."));
    };
    let one = &worst.deployment;
    let others = match undone.len() {
        1 => String::new(),
        n => format!(" And of {}.", count(n - 1, "other", "others")),
    };
    Ok(Finding::warn(
        "rollbacks",
        format!(
            "Nobody has said that the rollback of {} {} on {} was carried out. {}{others}",
            one.service,
            one.version,
            one.environment,
            worst.sentence()
        ),
        "on the board, open it under \"Waits on you\"; announce what runs there once it does",
    ))
}

async fn watches(link: &mut Connection, now: DateTime<Utc>) -> Result<Finding, StoreError> {
    let row = link
        .query(
            "SELECT count(*) AS open, count(CASE WHEN ends_at < $1 THEN 1 END) AS overdue \
             FROM runs WHERE subject_kind = 'deployment' AND state = 'watching'",
        )
        .bind(store::micros(now))
        .fetch_one()
        .await?;
    let (open, overdue): (i64, i64) = (row.get("open")?, row.get("overdue")?);
    Ok(if overdue > 0 {
        Finding::warn(
            "watches",
            format!("{overdue} of {open} open watches are past their end."),
            "on the board, sign those deployments off, or roll them back",
        )
    } else {
        Finding::ok("watches", format!("{open} open, none past its end."))
    })
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
