//! People: setting up, adding, listing.

mod change;
mod log_in;
mod password;

use crate::handle::handle;
use domain::{
    account::Account,
    actor::{Actor, Person},
    ids::PersonId,
    permissions::{Permission, authorize},
    roles::Role,
    validate,
};
use store::people;

pub use log_in::SignedIn;
use password::hash_password;

use crate::{Error, audit::entry, error::ValidationErrors, ids::new_id};

handle! {
    /// The use cases of people.
    people: People
}

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

impl People<'_> {
    /// Whether nobody has been added yet, so that the first visitor sets the portal up.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn needs_set_up(self) -> Result<bool, Error> {
        Ok(people::count(&mut self.0.read().await?).await? == 0)
    }

    /// Adds the first person, an administrator. Refused once there is anyone.
    ///
    /// # Errors
    /// Where a field is at fault or the portal is set up already.
    pub async fn set_up(self, mut new: NewPerson) -> Result<(Person, SignedIn), Error> {
        new.role = Role::Admin;
        self.insert_person(Actor::System("first-run set-up"), new, true).await
    }

    /// Adds a person.
    ///
    /// # Errors
    /// Where the actor may not, a field is at fault, or the address is taken.
    pub async fn add(self, actor: &Actor, new: NewPerson) -> Result<Person, Error> {
        authorize(actor, Permission::ManagePeople, None)?;
        self.insert_person(actor.clone(), new, false).await.map(|(person, _)| person)
    }

    async fn insert_person(
        self,
        actor: Actor,
        new: NewPerson,
        only_first: bool,
    ) -> Result<(Person, SignedIn), Error> {
        let email = new.email.trim().to_lowercase();
        let mut faults = ValidationErrors::default();
        faults.note("/email", validate::email(&email));
        faults.note("/name", validate::line(&new.name, 80));
        faults.note("/password", validate::password(&new.password));
        for team in &new.teams {
            faults.note("/teams", validate::slug(team));
        }
        faults.into_result()?;
        let now = self.0.now();
        let password_hash = hash_password(new.password).await?;
        let person = Person {
            id: PersonId(new_id()),
            name: new.name.trim().to_owned(),
            email,
            role: new.role,
            teams: new.teams,
        };
        self.0
            .write(move |tx| {
                Box::pin(async move {
                    if only_first && people::count(tx).await? > 0 {
                        return Err(Error::conflict(
                            "The portal is set up already. Log in, or ask an administrator to add \
                         you.",
                        ));
                    }
                    if people::by_email(tx, &person.email).await?.is_some() {
                        return Err(Error::field("/email", "belongs to someone already"));
                    }
                    entry(&actor, now, "person.add", "person", person.id)
                        .says(format!("added {} as {}", person.name, person.role.as_str()))
                        .with("email", person.email.clone())
                        .record(tx);
                    let record = Account {
                        person: person.clone(),
                        password_hash,
                        created_at: now,
                        disabled_at: None,
                        last_login_at: None,
                    };
                    let signed_in = SignedIn::with(person.id, &record.password_hash);
                    people::insert(tx, record).await?;
                    if only_first {
                        // Setting the portal up signs in.
                        people::logged_in(tx, person.id, now).await?;
                    }
                    Ok((person, signed_in))
                })
            })
            .await
    }

    /// Everyone, by name.
    ///
    /// # Errors
    /// Where the actor may not.
    pub async fn list(self, actor: &Actor) -> Result<Vec<Account>, Error> {
        authorize(actor, Permission::ManagePeople, None)?;
        Ok(people::all(&mut self.0.read().await?).await?)
    }
}
