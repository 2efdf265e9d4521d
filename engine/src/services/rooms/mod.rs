//! The rooms of a service's page. Each is one reading of its own, of what it shows and no more.

mod checks;
mod heartbeats;
mod indicators;
mod overview;
mod rollback;
mod settings;

use chrono::{DateTime, Utc};
use domain::{
    actor::{Actor, Person},
    permissions::{Denied, Permission, authorize},
    service::Service,
};
use store::Connection;

use crate::{
    Error,
    services::{Services, find::find_service},
};

pub use checks::ServiceChecks;
pub use heartbeats::ServiceHeartbeats;
pub use indicators::ServiceIndicators;
pub use overview::{
    CheckCounts, EnvironmentNow, HeartbeatCounts, IndicatorCounts, ReleaseBaselines, RoomCounts,
    ServiceOverview,
};
pub use rollback::{PlanNow, Readiness, RollbackCounts, ServiceRollback};
pub use settings::ServiceSettings;

/// What stands at the head of each room.
#[derive(Debug, Clone)]
pub struct ServiceHead {
    /// The service.
    pub service: Service,
    /// Why the reader may not change it; `None` where they may.
    pub read_only: Option<Denied>,
    /// Whether the reader may announce a deployment of it.
    pub may_announce: bool,
    /// When the room was read.
    pub now: DateTime<Utc>,
}

impl ServiceHead {
    /// Whether the reader may change the service.
    #[must_use]
    pub const fn may_configure(&self) -> bool {
        self.read_only.is_none()
    }
}

impl Services<'_> {
    /// The head of a service's rooms, where there is a service of that slug.
    async fn service_head(
        self,
        link: &mut Connection,
        person: &Person,
        slug: &str,
    ) -> Result<ServiceHead, Error> {
        let actor = Actor::Person(person.clone());
        authorize(&actor, Permission::Read, Some(slug))?;
        let service = find_service(link, slug).await?;
        Ok(ServiceHead {
            read_only: authorize(&actor, Permission::Configure, Some(slug)).err(),
            may_announce: authorize(&actor, Permission::Announce, Some(slug)).is_ok(),
            now: self.0.now(),
            service,
        })
    }
}
