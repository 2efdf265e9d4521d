//! Logging in, and who a session belongs to.

use domain::{
    account::Account,
    actor::{Actor, Person},
    ids::PersonId,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::people;

use super::{People, password::verify_password};
use crate::{Error, audit::entry};

/// What a browser session keeps of who signed in. It holds as long as the password does: setting
/// another one ends every session that signed in with the old one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    person: PersonId,
    /// The SHA-256 of the password's hash.
    mark: String,
}

impl SignedIn {
    pub(super) fn with(person: PersonId, password_hash: &str) -> Self {
        let digest = Sha256::digest(password_hash.as_bytes());
        Self { person, mark: digest.iter().map(|byte| format!("{byte:02x}")).collect() }
    }
}

/// The same for an address that is not known and a password that is wrong.
const NO_LOGIN: &str = "This address and password do not belong together.";

/// A hash to compare with where there is no person, so that the answer takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
                      yZ1OL2ZrhYVUxsxMXiK4LkNSIeIB9HZJcGWUWkRyJm8";

impl People<'_> {
    /// The person this address and password belong to.
    ///
    /// # Errors
    /// Where they do not belong together, without saying which is wrong.
    pub async fn log_in(self, email: &str, password: String) -> Result<(Person, SignedIn), Error> {
        let email = email.trim().to_lowercase();
        let found = people::by_email(&mut self.0.read().await?, &email).await?;
        let hash = found.as_ref().map_or(NOBODY, |record| &record.password_hash).to_owned();
        let right = verify_password(password, hash).await?;
        let Some(record) = found.filter(|record| right && record.disabled_at.is_none()) else {
            return Err(Error::Unauthenticated(NO_LOGIN.into()));
        };
        let now = self.0.now();
        let signed_in = SignedIn::with(record.person.id, &record.password_hash);
        let person = record.person;
        let actor = Actor::Person(person.clone());
        let id = person.id;
        self.0
            .write(move |tx| {
                Box::pin(async move {
                    entry(&actor, now, "person.log_in", "person", id).says("logged in").record(tx);
                    people::logged_in(tx, id, now).await?;
                    Ok(())
                })
            })
            .await?;
        Ok((person, signed_in))
    }

    /// The person who signed in, where they still may and their password is still the same.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn find(self, signed_in: &SignedIn) -> Result<Option<Person>, Error> {
        let found = people::by_id(&mut self.0.read().await?, signed_in.person).await?;
        let holds = |record: &Account| {
            record.disabled_at.is_none()
                && SignedIn::with(record.person.id, &record.password_hash) == *signed_in
        };
        Ok(found.filter(holds).map(|record| record.person))
    }
}
