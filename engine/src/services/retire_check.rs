//! Retiring a check: it runs no more and counts no more; what it measured stays.

use domain::{
    permissions::{Permission, permit},
    who::Who,
};
use store::{checks, deployments, services};

use crate::{Engine, Refusal, audit::entry, probing::sync_built_in};

impl Engine {
    /// Retires a check. Putting a check of the same key brings it back.
    ///
    /// # Errors
    /// Where the actor may not, there is no such check in use, or it is a built-in one.
    pub async fn retire_check(&self, who: &Who, slug: &str, key: &str) -> Result<(), Refusal> {
        permit(who, Permission::Configure, Some(slug))?;
        let (who, slug, key, now) = (who.clone(), slug.to_owned(), key.to_owned(), self.now());
        self.write(move |tx| {
            Box::pin(async move {
                let Some(service) = services::by_slug(tx, &slug).await? else {
                    return Err(Refusal::not_found("service", &slug));
                };
                let check = checks::by_key(tx, service.id, &key).await?;
                let Some(check) = check.filter(|check| check.retired_at.is_none()) else {
                    return Err(Refusal::not_found("check in use with the key", &key));
                };
                if check.built_in.is_some() {
                    return Err(Refusal::conflict(format!(
                        "`{key}` is a built-in check; it goes when the environment's base URL \
                             or its target goes."
                    )));
                }
                let open = deployments::watching(tx, service.id, &check.environment).await?;
                checks::retire(tx, check.id, now).await?;
                entry(&who, now, "check.retire", "check", &check.key)
                    .deployment_if(open.as_ref().map(|open| open.id))
                    .says(format!("retired the check {key} of {slug}"))
                    .record(tx);
                // A built-in check may take its place again.
                sync_built_in(tx, &service, &check.environment, None, now).await?;
                Ok::<_, Refusal>(())
            })
        })
        .await?;
        self.reschedule();
        Ok(())
    }
}
