//! Running one check now, because somebody asked.

use std::sync::Arc;

use domain::{
    actor::Actor,
    measurement::Measurement,
    permissions::{Permission, authorize},
};
use store::checks;

use super::Checks;
use crate::{Error, measurements::Observation, services::find::find_service};

impl Checks<'_> {
    /// Runs a check once and keeps what it saw, as at any other time: where a deployment is being
    /// watched, it counts.
    ///
    /// # Errors
    /// Where the actor may not, or there is no such check in use.
    pub async fn test(self, actor: &Actor, slug: &str, key: &str) -> Result<Measurement, Error> {
        authorize(actor, Permission::Configure, Some(slug))?;
        let mut link = self.0.read().await?;
        let service = find_service(&mut link, slug).await?;
        let check = checks::by_key(&mut link, service.id, key).await?;
        let Some(check) = check.filter(|check| check.retired_at.is_none()) else {
            return Err(Error::not_found("check in use with the key", key));
        };
        drop(link);
        let (seen, answered) = self.0.checks().measure_now(&check).await;
        let kept = Observation {
            check: Arc::new(check),
            measurement: seen.clone(),
            answered,
            asked: true,
            slot: None,
        };
        self.0.measurements().record(Arc::from([kept])).await?;
        Ok(seen)
    }
}
