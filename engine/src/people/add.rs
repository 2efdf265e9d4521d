//! Adding people, the first of whom sets the portal up.

use chrono::{DateTime, Utc};
use domain::{
    account::Account,
    actor::{Actor, Person},
    ids::PersonId,
    permissions::{Permission, authorize},
    roles::Role,
    validate,
};
use store::{Tx, people};

use super::{HashedPassword, People, SignedIn};
use crate::{Error, audit::entry, error::ValidationErrors, ids::new_id};

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

/// A person whose fields hold and whose password is hashed, which takes longer than a transaction
/// may.
#[derive(Debug, Clone)]
pub struct HashedPerson {
    person: Person,
    password: HashedPassword,
}

impl NewPerson {
    /// Reads the fields and hashes the password.
    ///
    /// # Errors
    /// Where a field is at fault.
    pub async fn hashed(self) -> Result<HashedPerson, Error> {
        let email = self.email.trim().to_lowercase();
        let mut faults = ValidationErrors::default();
        faults.note("/email", validate::email(&email));
        faults.note("/name", validate::line(&self.name, 80));
        faults.note("/password", validate::password(&self.password));
        for team in &self.teams {
            faults.note("/teams", validate::slug(team));
        }
        faults.into_result()?;
        let password = HashedPassword::of(self.password).await?;
        let person = Person {
            id: PersonId(new_id()),
            name: self.name.trim().to_owned(),
            email,
            role: self.role,
            teams: self.teams,
        };
        Ok(HashedPerson { person, password })
    }
}

/// Adds a person.
///
/// # Errors
/// Where the actor may not, or the address is taken.
pub async fn add(
    tx: &mut Tx,
    actor: &Actor,
    new: HashedPerson,
    now: DateTime<Utc>,
) -> Result<Person, Error> {
    authorize(actor, Permission::ManagePeople, None)?;
    insert(tx, actor, new, now).await.map(|(person, _)| person)
}

/// Adds the first person, an administrator, who is signed in with it. Refused once there is anyone.
///
/// # Errors
/// Where the portal is set up already.
pub async fn set_up(
    tx: &mut Tx,
    mut new: HashedPerson,
    now: DateTime<Utc>,
) -> Result<(Person, SignedIn), Error> {
    if people::count(tx).await? > 0 {
        return Err(Error::conflict(
            "The portal is set up already. Log in, or ask an administrator to add you.",
        ));
    }
    new.person.role = Role::Admin;
    let (person, signed_in) = insert(tx, &Actor::System("first-run set-up"), new, now).await?;
    people::logged_in(tx, person.id, now).await?;
    Ok((person, signed_in))
}

async fn insert(
    tx: &mut Tx,
    actor: &Actor,
    HashedPerson { person, password }: HashedPerson,
    now: DateTime<Utc>,
) -> Result<(Person, SignedIn), Error> {
    if people::by_email(tx, &person.email).await?.is_some() {
        return Err(Error::field("/email", "belongs to someone already"));
    }
    entry(actor, now, "person.add", "person", person.id)
        .says(format!("added {} as {}", person.name, person.role.as_str()))
        .with("email", person.email.clone())
        .record(tx);
    let record = Account {
        logins: Vec::new(),
        person: person.clone(),
        password_hash: password.into_hash(),
        created_at: now,
        disabled_at: None,
        last_login_at: None,
    };
    let signed_in = SignedIn::with(person.id, &record.password_hash);
    people::insert(tx, record).await?;
    Ok((person, signed_in))
}

impl People<'_> {
    /// As [`set_up`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`NewPerson::hashed`] and [`set_up`].
    pub async fn set_up(self, new: NewPerson) -> Result<(Person, SignedIn), Error> {
        let (new, now) = (new.hashed().await?, self.0.now());
        self.0.write(move |tx| Box::pin(async move { set_up(tx, new, now).await })).await
    }

    /// As [`add`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`NewPerson::hashed`] and [`add`].
    pub async fn add(self, actor: &Actor, new: NewPerson) -> Result<Person, Error> {
        // Whoever may not costs no hash.
        authorize(actor, Permission::ManagePeople, None)?;
        let (actor, new, now) = (actor.clone(), new.hashed().await?, self.0.now());
        self.0.write(move |tx| Box::pin(async move { add(tx, &actor, new, now).await })).await
    }
}
