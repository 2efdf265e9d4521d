//! People: adding them, changing what they may do, their passwords, logging in.

mod add;
mod change;
mod hashing;
mod log_in;
mod password;

use domain::{
    account::Account,
    actor::Actor,
    permissions::{Permission, authorize},
};
use store::{Connection, people};

pub use add::{HashedPerson, NewPerson, add, set_up};
pub use change::{Labels, change};
pub use log_in::SignedIn;
pub use password::{HashedPassword, set_password};

use crate::{Error, handle::handle};

handle! {
    /// The use cases of people.
    people: People
}

/// Whoever acts, as they are now: an act may have waited for others, and its person may do less since.
///
/// # Errors
/// Where they may not sign in any more.
pub(crate) async fn as_now(link: &mut Connection, actor: &Actor) -> Result<Actor, Error> {
    let Actor::Person(person) = actor else { return Ok(actor.clone()) };
    let known = people::by_id(link, person.id).await?.filter(|one| one.disabled_at.is_none());
    match known {
        Some(known) => Ok(Actor::Person(known.person)),
        None => Err(Error::Forbidden("You may not sign in any more.".into())),
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

    /// Everyone, by name.
    ///
    /// # Errors
    /// Where the actor may not.
    pub async fn list(self, actor: &Actor) -> Result<Vec<Account>, Error> {
        authorize(actor, Permission::ManagePeople, None)?;
        Ok(people::all(&mut self.0.read().await?).await?)
    }
}
