//! Running one check now, because somebody asked.

use std::sync::Arc;

use domain::{
    measurement::Measurement,
    permissions::{Permission, permit},
    who::Who,
};
use store::{checks, services};

use crate::{Engine, Refusal, probing::Seen};

impl Engine {
    /// Runs a check once and keeps what it saw, as at any other time: where a deployment is being
    /// watched, it counts.
    ///
    /// # Errors
    /// Where the actor may not, or there is no such check in use.
    pub async fn test_check(
        &self,
        who: &Who,
        slug: &str,
        key: &str,
    ) -> Result<Measurement, Refusal> {
        permit(who, Permission::Configure, Some(slug))?;
        let mut link = self.read().await?;
        let Some(service) = services::by_slug(&mut link, slug).await? else {
            return Err(Refusal::not_found("service", slug));
        };
        let check = checks::by_key(&mut link, service.id, key).await?;
        let Some(check) = check.filter(|check| check.retired_at.is_none()) else {
            return Err(Refusal::not_found("check in use with the key", key));
        };
        drop(link);
        let seen = self.measure(&check).await;
        let kept =
            Seen { check: Arc::new(check), measurement: seen.clone(), asked: true, slot: None };
        self.keep_measurements(Arc::from([kept])).await?;
        Ok(seen)
    }
}
