//! The room of a service's indicators.

use domain::who::Person;
use store::indicators::{self, IndicatorRecord};

use super::ServiceHead;
use crate::{Engine, Refusal};

/// The indicators of a service with what is agreed about them.
#[derive(Debug, Clone)]
pub struct ServiceIndicators {
    /// Whose they are.
    pub head: ServiceHead,
    /// The indicators in use, by key.
    pub indicators: Vec<IndicatorRecord>,
}

impl Engine {
    /// The room of a service's indicators.
    ///
    /// # Errors
    /// Where there is no service of that slug.
    pub async fn service_indicators(
        &self,
        person: &Person,
        slug: &str,
    ) -> Result<ServiceIndicators, Refusal> {
        let mut link = self.read().await?;
        let head = self.service_head(&mut link, person, slug).await?;
        let indicators = indicators::of_service(&mut link, head.service.id).await?;
        Ok(ServiceIndicators { head, indicators })
    }
}
