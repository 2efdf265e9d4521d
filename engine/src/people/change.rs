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
    teams: Vec<String>,
    enabled: bool,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    authorize(actor, Permission::ManagePeople, None)?;
    let mut faults = ValidationErrors::default();
    for team in &teams {
        faults.note("/teams", validate::slug(team));
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
        .record(tx);
    people::update(tx, id, role, &teams, disabled_at).await?;
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
        teams: Vec<String>,
        enabled: bool,
    ) -> Result<(), Error> {
        let (actor, now) = (actor.clone(), self.0.now());
        self.0
            .write(move |tx| {
                Box::pin(async move { change(tx, &actor, id, role, teams, enabled, now).await })
            })
            .await
    }
}
