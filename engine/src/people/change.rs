//! What a person may do, and whether they may log in.

use domain::{
    ids::PersonId,
    permissions::{Permission, permit},
    roles::Role,
    validate,
    who::Who,
};
use store::people;

use crate::{Engine, Refusal, audit::entry, error::Faults};

impl Engine {
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
                    .record(tx);
                people::update(tx, id, role, &teams, disabled_at).await?;
                Ok(())
            })
        })
        .await
    }
}
