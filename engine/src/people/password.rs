//! Passwords: setting, hashing, verifying.

use chrono::{DateTime, Utc};
use domain::{
    actor::{Actor, Person},
    permissions::{Permission, authorize},
    validate,
};
use store::{Tx, people};

use super::{
    People, SignedIn,
    hashing::{hash, is_of},
};
use crate::{Error, audit::entry, error::ValidationErrors};

/// A password as it is kept: hashed with Argon2id, long enough.
#[derive(Clone)]
pub struct HashedPassword(String);

impl std::fmt::Debug for HashedPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HashedPassword")
    }
}

impl HashedPassword {
    /// Hashes it with the crate's defaults (19 MiB, 2 passes), off the runtime's threads.
    ///
    /// # Errors
    /// Where it is too short.
    pub async fn of(password: String) -> Result<Self, Error> {
        let mut faults = ValidationErrors::default();
        faults.note("/password", validate::password(&password));
        faults.into_result()?;
        Ok(Self(hash(password).await?))
    }

    pub(super) fn into_hash(self) -> String {
        self.0
    }
}

/// Sets a person's password, which ends their sessions; answers what a session of theirs keeps now.
///
/// # Errors
/// Where the actor is neither that person nor an administrator, or there is no such person.
pub async fn set_password(
    tx: &mut Tx,
    actor: &Actor,
    email: &str,
    password: HashedPassword,
    now: DateTime<Utc>,
) -> Result<SignedIn, Error> {
    let email = own_or_authorized(actor, email)?;
    let Some(record) = people::by_email(tx, &email).await? else {
        return Err(Error::not_found("person", &email));
    };
    entry(actor, now, "person.password", "person", record.person.id)
        .says(format!("set the password of {}", record.person.name))
        .record(tx);
    let hashed = password.into_hash();
    let signed_in = SignedIn::with(record.person.id, &hashed);
    people::set_password(tx, record.person.id, hashed).await?;
    Ok(signed_in)
}

/// The address as it is kept, of the actor themselves or of anyone they may administer.
fn own_or_authorized(actor: &Actor, email: &str) -> Result<String, Error> {
    let email = email.trim().to_lowercase();
    if !matches!(actor, Actor::Person(person) if person.email == email) {
        authorize(actor, Permission::ManagePeople, None)?;
    }
    Ok(email)
}

impl People<'_> {
    /// As [`set_password`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`HashedPassword::of`] and [`set_password`].
    pub async fn set_password(
        self,
        actor: &Actor,
        email: &str,
        password: String,
    ) -> Result<SignedIn, Error> {
        // Whoever may not costs no hash.
        let email = own_or_authorized(actor, email)?;
        let (actor, password) = (actor.clone(), HashedPassword::of(password).await?);
        let now = self.0.now();
        self.0
            .write(move |tx| {
                Box::pin(async move { set_password(tx, &actor, &email, password, now).await })
            })
            .await
    }

    /// Changes a person's own password, who says the one they have.
    ///
    /// # Errors
    /// Where the present one is wrong or the new one is too short.
    pub async fn change_own_password(
        self,
        person: &Person,
        current: String,
        new: String,
    ) -> Result<SignedIn, Error> {
        let Some(record) = people::by_id(&mut self.0.read().await?, person.id).await? else {
            return Err(Error::not_found("person", person.id));
        };
        if !verify_password(current, record.password_hash).await? {
            return Err(Error::field("/current", "is not your password"));
        }
        self.set_password(&Actor::Person(person.clone()), &person.email, new).await
    }
}

pub(super) async fn verify_password(password: String, known: String) -> Result<bool, Error> {
    is_of(password, known).await
}
