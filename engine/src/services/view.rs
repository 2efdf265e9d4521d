//! A service as the API answers it.

use chrono::{DateTime, Utc};
use domain::{
    ids::DeploymentId,
    permissions::{Permission, permit},
    who::Who,
};
use serde::Serialize;
use store::{
    Link, deployments,
    services::{self, ServiceRecord},
};

use crate::{Engine, Refusal};

/// A service with what runs where.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ServiceView {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Who owns it.
    pub owners: String,
    /// How much depends on it.
    pub tier: String,
    /// Where it runs, in the environments' order.
    pub environments: Vec<ServiceEnvironmentView>,
}

/// A service in an environment.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ServiceEnvironmentView {
    /// The environment's slug.
    pub slug: String,
    /// Where the service answers there.
    pub base_url: Option<String>,
    /// What runs there.
    pub running: Option<RunningView>,
}

/// What runs in an environment.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RunningView {
    /// The deployment.
    #[schema(value_type = uuid::Uuid)]
    pub deployment: DeploymentId,
    /// The version.
    pub version: String,
    /// Where its watch stands.
    pub state: String,
    /// What its gate says.
    pub verdict: String,
    /// Since when.
    pub deployed_at: DateTime<Utc>,
    /// By whom.
    pub deployed_by: String,
}

/// The service as it stands on this connection.
pub(super) async fn load(link: &mut Link, record: ServiceRecord) -> Result<ServiceView, Refusal> {
    let mut environments = Vec::new();
    for place in services::environments_of(link, record.id).await? {
        let running = deployments::running(link, record.id, &place.environment).await?;
        environments.push(ServiceEnvironmentView {
            slug: place.environment,
            base_url: place.base_url,
            running: running.map(|running| RunningView {
                deployment: running.id,
                version: running.version,
                state: running.state.as_str().into(),
                verdict: running.verdict.as_str().into(),
                deployed_at: running.deployed_at,
                deployed_by: running.deployed_by,
            }),
        });
    }
    Ok(ServiceView {
        slug: record.slug,
        name: record.name,
        description: record.description,
        owners: record.owners,
        tier: record.tier,
        environments,
    })
}

impl Engine {
    /// A service with what runs where.
    ///
    /// # Errors
    /// Where there is none of that slug or the token is limited to other services.
    pub async fn service(&self, who: &Who, slug: &str) -> Result<ServiceView, Refusal> {
        permit(who, Permission::Read, Some(slug))?;
        let mut link = self.read().await?;
        let Some(record) = services::by_slug(&mut link, slug).await? else {
            return Err(Refusal::not_found("service", slug));
        };
        load(&mut link, record).await
    }

    /// The services after the slug `after`, at most `limit`, that this actor may see.
    ///
    /// # Errors
    /// Where the actor may not read.
    pub async fn services(
        &self,
        who: &Who,
        after: &str,
        limit: i64,
    ) -> Result<Vec<ServiceView>, Refusal> {
        permit(who, Permission::Read, None)?;
        let mut link = self.read().await?;
        let mut views = Vec::new();
        for record in services::after(&mut link, after, limit).await? {
            if permit(who, Permission::Read, Some(&record.slug)).is_ok() {
                views.push(load(&mut link, record).await?);
            }
        }
        Ok(views)
    }
}
