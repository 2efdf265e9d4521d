//! People.

use chrono::{DateTime, Utc};
use domain::{account::Account, actor::Person, ids::PersonId, roles::Role};

use crate::{
    db::{Connection, Row, micros},
    error::StoreError,
    tx::Tx,
};

/// Everyone, by name.
///
/// # Errors
/// What the database says.
pub async fn all(link: &mut Connection) -> Result<Vec<Account>, StoreError> {
    link.query("SELECT * FROM people ORDER BY name, email").fetch_as(read).await
}

/// How many there are.
///
/// # Errors
/// What the database says.
pub async fn count(link: &mut Connection) -> Result<i64, StoreError> {
    link.query("SELECT count(*) AS n FROM people").fetch_one().await?.get("n")
}

/// The person with this address (lower case).
///
/// # Errors
/// What the database says.
pub async fn by_email(link: &mut Connection, email: &str) -> Result<Option<Account>, StoreError> {
    link.query("SELECT * FROM people WHERE email = $1")
        .bind(email.to_owned())
        .fetch_optional_as(read)
        .await
}

/// The person with this id.
///
/// # Errors
/// What the database says.
pub async fn by_id(link: &mut Connection, id: PersonId) -> Result<Option<Account>, StoreError> {
    link.query("SELECT * FROM people WHERE id = $1").bind(id.0).fetch_optional_as(read).await
}

/// Adds a person.
///
/// # Errors
/// What the database says; a unique violation where the address is taken.
pub async fn insert(tx: &mut Tx, record: Account) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO people (id, email, name, role, teams, logins, password_hash, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(record.person.id.0)
    .bind(record.person.email)
    .bind(record.person.name)
    .bind(record.person.role.as_str().to_owned())
    .bind(join(&record.person.teams))
    .bind(join(&record.logins))
    .bind(record.password_hash)
    .bind(micros(record.created_at))
    .execute()
    .await
    .map(drop)
}

/// Changes what a person may do and whether they may log in.
///
/// # Errors
/// What the database says.
pub async fn update(
    tx: &mut Tx,
    id: PersonId,
    role: Role,
    teams: &[String],
    logins: &[String],
    disabled_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    tx.query("UPDATE people SET role = $2, teams = $3, logins = $4, disabled_at = $5 WHERE id = $1")
        .bind(id.0)
        .bind(role.as_str().to_owned())
        .bind(join(teams))
        .bind(join(logins))
        .bind(disabled_at.map(micros))
        .execute()
        .await
        .map(drop)
}

/// Sets a person's password hash.
///
/// # Errors
/// What the database says.
pub async fn set_password(tx: &mut Tx, id: PersonId, hash: String) -> Result<(), StoreError> {
    tx.query("UPDATE people SET password_hash = $2 WHERE id = $1")
        .bind(id.0)
        .bind(hash)
        .execute()
        .await
        .map(drop)
}

/// Notes a login.
///
/// # Errors
/// What the database says.
pub async fn logged_in(tx: &mut Tx, id: PersonId, at: DateTime<Utc>) -> Result<(), StoreError> {
    tx.query("UPDATE people SET last_login_at = $2 WHERE id = $1")
        .bind(id.0)
        .bind(micros(at))
        .execute()
        .await
        .map(drop)
}

fn join(words: &[String]) -> String {
    words.join(",")
}

fn split(words: &str) -> Vec<String> {
    words.split(',').filter(|word| !word.is_empty()).map(Into::into).collect()
}

fn read(row: &Row) -> Result<Account, StoreError> {
    let (teams, logins): (String, String) = (row.get("teams")?, row.get("logins")?);
    Ok(Account {
        logins: split(&logins),
        person: Person {
            id: PersonId(row.get("id")?),
            name: row.get("name")?,
            email: row.get("email")?,
            role: row.word("role", Role::parse)?,
            teams: split(&teams),
        },
        password_hash: row.get("password_hash")?,
        created_at: row.time("created_at")?,
        disabled_at: row.time_optional("disabled_at")?,
        last_login_at: row.time_optional("last_login_at")?,
    })
}
