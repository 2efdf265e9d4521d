//! The room of a service's indicators.

use domain::{actor::Person, indicator::Indicator};
use store::indicators;

use super::ServiceHead;
use crate::{Error, services::Services};

/// The indicators of a service with what is agreed about them.
#[derive(Debug, Clone)]
pub struct ServiceIndicators {
    /// Whose they are.
    pub head: ServiceHead,
    /// The indicators in use, by key.
    pub indicators: Vec<Indicator>,
}

impl Services<'_> {
    /// The room of a service's indicators.
    ///
    /// # Errors
    /// Where there is no service of that slug.
    pub async fn indicators(self, person: &Person, slug: &str) -> Result<ServiceIndicators, Error> {
        let mut link = self.0.read().await?;
        let head = self.service_head(&mut link, person, slug).await?;
        let indicators = indicators::of_service(&mut link, head.service.id).await?;
        Ok(ServiceIndicators { head, indicators })
    }
}
