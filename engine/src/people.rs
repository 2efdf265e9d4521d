//! People: setting up, logging in, adding, changing.

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString},
};
use domain::{
    ids::PersonId,
    permissions::{Permission, permit},
    roles::Role,
    validate,
    who::{Person, Who},
};
use store::people::{self, PersonRecord};

use crate::{Engine, Refusal, audit::entry, engine::new_id, error::Faults};

/// A person to be added.
#[derive(Clone)]
pub struct NewPerson {
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Their team labels.
    pub teams: Vec<String>,
    /// Their password.
    pub password: String,
}

impl std::fmt::Debug for NewPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewPerson").field("email", &self.email).finish_non_exhaustive()
    }
}

/// The same for an address that is not known and a password that is wrong.
const NO_LOGIN: &str = "This address and password do not belong together.";

/// A hash to compare with where there is no person, so that the answer takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
                      yZ1OL2ZrhYVUxsxMXiK4LkNSIeIB9HZJcGWUWkRyJm8";

impl Engine {
    /// Whether nobody has been added yet, so that the first visitor sets the portal up.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn needs_set_up(&self) -> Result<bool, Refusal> {
        Ok(people::count(&mut self.read().await?).await? == 0)
    }

    /// Adds the first person, an administrator. Refused once there is anyone.
    ///
    /// # Errors
    /// Where a field is at fault or the portal is set up already.
    pub async fn set_up(&self, mut new: NewPerson) -> Result<Person, Refusal> {
        new.role = Role::Admin;
        self.insert_person(Who::System("first-run set-up"), new, true).await
    }

    /// Adds a person.
    ///
    /// # Errors
    /// Where the actor may not, a field is at fault, or the address is taken.
    pub async fn add_person(&self, who: &Who, new: NewPerson) -> Result<Person, Refusal> {
        permit(who, Permission::ManagePeople, None)?;
        self.insert_person(who.clone(), new, false).await
    }

    async fn insert_person(
        &self,
        who: Who,
        new: NewPerson,
        only_first: bool,
    ) -> Result<Person, Refusal> {
        let email = new.email.trim().to_lowercase();
        let mut faults = Faults::default();
        faults.note("/email", validate::email(&email));
        faults.note("/name", validate::line(&new.name, 80));
        faults.note("/password", validate::password(&new.password));
        for team in &new.teams {
            faults.note("/teams", validate::slug(team));
        }
        faults.into_result()?;
        let now = self.now();
        let password_hash = hash_password(new.password).await?;
        let person = Person {
            id: PersonId(new_id()),
            name: new.name.trim().to_owned(),
            email,
            role: new.role,
            teams: new.teams,
        };
        self.write(move |tx| {
            Box::pin(async move {
                if only_first && people::count(tx).await? > 0 {
                    return Err(Refusal::conflict(
                        "The portal is set up already. Log in, or ask an administrator to add \
                         you.",
                    ));
                }
                if people::by_email(tx, &person.email).await?.is_some() {
                    return Err(Refusal::field("/email", "belongs to someone already"));
                }
                entry(&who, now, "person.add", "person", person.id)
                    .says(format!("added {} as {}", person.name, person.role.as_str()))
                    .with("email", person.email.clone())
                    .record(tx)
                    .await?;
                let record = PersonRecord {
                    person: person.clone(),
                    password_hash,
                    created_at: now,
                    disabled_at: None,
                    last_login_at: None,
                };
                people::insert(tx, record).await?;
                Ok(person)
            })
        })
        .await
    }

    /// Changes what a person may do and whether they may log in. The last administrator stays
    /// one.
    ///
    /// # Errors
    /// Where the actor may not, there is no such person, or nobody would be left to administer.
    pub async fn change_person(
        &self,
        who: &Who,
        id: PersonId,
        role: Role,
        teams: Vec<String>,
        enabled: bool,
    ) -> Result<(), Refusal> {
        permit(who, Permission::ManagePeople, None)?;
        let mut faults = Faults::default();
        for team in &teams {
            faults.note("/teams", validate::slug(team));
        }
        faults.into_result()?;
        let now = self.now();
        let who = who.clone();
        self.write(move |tx| {
            Box::pin(async move {
                let everyone = people::all(tx).await?;
                let Some(record) = everyone.iter().find(|record| record.person.id == id) else {
                    return Err(Refusal::not_found("person", id));
                };
                let stays_admin = enabled && role == Role::Admin;
                let other_admins = everyone.iter().any(|other| {
                    other.person.id != id
                        && other.person.role == Role::Admin
                        && other.disabled_at.is_none()
                });
                if !stays_admin && !other_admins {
                    return Err(Refusal::conflict(
                        "Nobody would be left to administer the portal. Make someone else an \
                         administrator first.",
                    ));
                }
                let disabled_at = if enabled { None } else { record.disabled_at.or(Some(now)) };
                entry(&who, now, "person.change", "person", id)
                    .says(format!(
                        "set {} to {}{}",
                        record.person.name,
                        role.as_str(),
                        if enabled { "" } else { ", may not log in" }
                    ))
                    .with("teams", teams.clone())
                    .record(tx)
                    .await?;
                people::update(tx, id, role, &teams, disabled_at).await?;
                Ok(())
            })
        })
        .await
    }

    /// Sets a person's password.
    ///
    /// # Errors
    /// Where the actor is neither that person nor an administrator, or the password is too short.
    pub async fn set_password(
        &self,
        who: &Who,
        email: &str,
        password: String,
    ) -> Result<(), Refusal> {
        let email = email.trim().to_lowercase();
        if !matches!(who, Who::Person(person) if person.email == email) {
            permit(who, Permission::ManagePeople, None)?;
        }
        let mut faults = Faults::default();
        faults.note("/password", validate::password(&password));
        faults.into_result()?;
        let now = self.now();
        let hash = hash_password(password).await?;
        let who = who.clone();
        self.write(move |tx| {
            Box::pin(async move {
                let Some(record) = people::by_email(tx, &email).await? else {
                    return Err(Refusal::not_found("person", &email));
                };
                entry(&who, now, "person.password", "person", record.person.id)
                    .says(format!("set the password of {}", record.person.name))
                    .record(tx)
                    .await?;
                people::set_password(tx, record.person.id, hash).await?;
                Ok(())
            })
        })
        .await
    }

    /// Changes a person's own password, who says the one they have.
    ///
    /// # Errors
    /// Where the present one is wrong or the new one is too short.
    pub async fn change_own_password(
        &self,
        person: &Person,
        current: String,
        new: String,
    ) -> Result<(), Refusal> {
        let Some(record) = people::by_id(&mut self.read().await?, person.id).await? else {
            return Err(Refusal::not_found("person", person.id));
        };
        if !verify_password(current, record.password_hash).await? {
            return Err(Refusal::field("/current", "is not your password"));
        }
        self.set_password(&Who::Person(person.clone()), &person.email, new).await
    }

    /// The person this address and password belong to.
    ///
    /// # Errors
    /// Where they do not belong together, without saying which is wrong.
    pub async fn log_in(&self, email: &str, password: String) -> Result<Person, Refusal> {
        let email = email.trim().to_lowercase();
        let found = people::by_email(&mut self.read().await?, &email).await?;
        let hash = found.as_ref().map_or(NOBODY, |record| &record.password_hash).to_owned();
        let right = verify_password(password, hash).await?;
        let Some(record) = found.filter(|record| right && record.disabled_at.is_none()) else {
            return Err(Refusal::Unauthenticated(NO_LOGIN.into()));
        };
        let now = self.now();
        let person = record.person;
        let who = Who::Person(person.clone());
        let id = person.id;
        self.write(move |tx| {
            Box::pin(async move {
                entry(&who, now, "person.log_in", "person", id)
                    .says("logged in")
                    .record(tx)
                    .await?;
                people::logged_in(tx, id, now).await?;
                Ok(())
            })
        })
        .await?;
        Ok(person)
    }

    /// The person with this id, where they may log in.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn person(&self, id: PersonId) -> Result<Option<Person>, Refusal> {
        let found = people::by_id(&mut self.read().await?, id).await?;
        Ok(found.filter(|record| record.disabled_at.is_none()).map(|record| record.person))
    }

    /// Everyone, by name.
    ///
    /// # Errors
    /// Where the actor may not.
    pub async fn people(&self, who: &Who) -> Result<Vec<PersonRecord>, Refusal> {
        permit(who, Permission::ManagePeople, None)?;
        Ok(people::all(&mut self.read().await?).await?)
    }
}

/// Argon2id with the crate's defaults (19 MiB, 2 passes), off the runtime's threads.
async fn hash_password(password: String) -> Result<String, Refusal> {
    let internal = |error: String| Refusal::Internal(format!("hashing a password: {error}"));
    tokio::task::spawn_blocking(move || {
        let salt_bytes: [u8; 16] = rand::random();
        let salt = SaltString::encode_b64(&salt_bytes)?;
        Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
    })
    .await
    .map_err(|error| internal(error.to_string()))?
    .map_err(|error: argon2::password_hash::Error| internal(error.to_string()))
}

async fn verify_password(password: String, hash: String) -> Result<bool, Refusal> {
    tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|parsed| {
            Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
        })
    })
    .await
    .map_err(|error| Refusal::Internal(format!("checking a password: {error}")))
}
