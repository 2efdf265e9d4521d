//! What a person may do, and whether they may log in.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    ids::PersonId,
    permissions::{Permission, authorize},
    roles::Role,
    validate,
};
use store::{Tx, people};

use super::People;
use crate::{Error, audit::entry, error::ValidationErrors};

/// What a person is known by beside their name and address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    /// The teams they are in; a required sign-off may name one.
    pub teams: Vec<String>,
    /// What else they are called where releases are installed, such as a login of the CI's: a
    /// deployment announced under it is theirs.
    pub logins: Vec<String>,
}

/// Changes what a person may do and whether they may log in. The last administrator stays
/// one.
///
/// # Errors
/// Where the actor may not, there is no such person, or nobody would be left to administer.
pub async fn change(
    tx: &mut Tx,
    actor: &Actor,
    id: PersonId,
    role: Role,
    labels: Labels,
    enabled: bool,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let Labels { teams, logins } = labels;
    authorize(actor, Permission::ManagePeople, None)?;
    let mut faults = ValidationErrors::default();
    for team in &teams {
        faults.note("/teams", validate::slug(team));
    }
    for login in &logins {
        faults.note("/logins", validate::line(login, 120));
    }
    faults.into_result()?;
    let everyone = people::all(tx).await?;
    let Some(record) = everyone.iter().find(|record| record.person.id == id) else {
        return Err(Error::not_found("person", id));
    };
    let stays_admin = enabled && role == Role::Admin;
    let other_admins = everyone.iter().any(|other| {
        other.person.id != id && other.person.role == Role::Admin && other.disabled_at.is_none()
    });
    if !stays_admin && !other_admins {
        return Err(Error::conflict(
            "Nobody would be left to administer the portal. Make someone else an \
         administrator first.",
        ));
    }
    let disabled_at = if enabled { None } else { record.disabled_at.or(Some(now)) };
    entry(actor, now, "person.change", "person", id)
        .says(format!(
            "set {} to {}{}",
            record.person.name,
            role.as_str(),
            if enabled { "" } else { ", may not log in" }
        ))
        .with("teams", teams.clone())
        .with("logins", logins.clone())
        .record(tx);
    people::update(tx, id, role, &teams, &logins, disabled_at).await?;
    Ok(())
}

impl People<'_> {
    /// As [`change`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`change`].
    pub async fn change(
        self,
        actor: &Actor,
        id: PersonId,
        role: Role,
        labels: Labels,
        enabled: bool,
    ) -> Result<(), Error> {
        let (actor, now) = (actor.clone(), self.0.now());
        self.0
            .write(move |tx| {
                Box::pin(async move { change(tx, &actor, id, role, labels, enabled, now).await })
            })
            .await
    }
}
