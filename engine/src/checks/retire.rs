//! Retiring a check: it runs no more and counts no more; what it measured stays.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    permissions::{Permission, authorize},
};
use store::{Tx, checks, deployments};

use super::Checks;
use crate::{Error, audit::entry, checks::sync_built_in, services::find::find_service};

/// Retires a check. Putting a check of the same key brings it back.
///
/// # Errors
/// Where the actor may not, there is no such check in use, or it is a built-in one.
pub async fn retire(
    tx: &mut Tx,
    actor: &Actor,
    slug: &str,
    key: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    authorize(actor, Permission::Configure, Some(slug))?;
    let service = find_service(tx, slug).await?;
    let check = checks::by_key(tx, service.id, key).await?;
    let Some(check) = check.filter(|check| check.retired_at.is_none()) else {
        return Err(Error::not_found("check in use with the key", key));
    };
    if check.built_in.is_some() {
        return Err(Error::conflict(format!(
            "`{key}` is a built-in check; it goes when the environment's base URL \
             or its target goes."
        )));
    }
    let open = deployments::watching(tx, service.id, &check.environment).await?;
    checks::retire(tx, check.id, now).await?;
    entry(actor, now, "check.retire", "check", &check.key)
        .deployment_if(open.as_ref().map(|open| open.id))
        .says(format!("retired the check {key} of {slug}"))
        .record(tx);
    // A built-in check may take its place again.
    sync_built_in(tx, &service, &check.environment, None, now).await?;
    Ok::<_, Error>(())
}

impl Checks<'_> {
    /// As [`retire`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`retire`].
    pub async fn retire(self, actor: &Actor, slug: &str, key: &str) -> Result<(), Error> {
        let (actor, slug, key, now) =
            (actor.clone(), slug.to_owned(), key.to_owned(), self.0.now());
        self.0
            .write(move |tx| Box::pin(async move { retire(tx, &actor, &slug, &key, now).await }))
            .await?;
        self.0.reschedule();
        Ok(())
    }
}
