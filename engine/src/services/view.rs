//! A service as the API answers it.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    ids::DeploymentId,
    permissions::{Permission, authorize},
    service::Service,
};
use serde::Serialize;
use store::{Connection, deployments, services};

use super::Services;
use crate::{Error, services::find::find_service};

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
    /// How fast its pages must answer.
    pub targets: Vec<TargetView>,
    /// Where its answers name the version that gave them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_source: Option<VersionSourceView>,
    /// Where it runs, in the environments' order.
    pub environments: Vec<ServiceEnvironmentView>,
}

/// Where the answers of a service name the version that gave them.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct VersionSourceView {
    /// `header`, `json` or `meta`.
    pub from: String,
    /// The name of the header or of the `meta` element, or a pointer into the JSON body.
    pub name: String,
    /// The share of answers that have to be the announced version's, in percent.
    pub min_share: u8,
}

/// A response target.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TargetView {
    /// Its name.
    pub name: String,
    /// Its path below the base URL.
    pub path: String,
    /// The longest acceptable answer, in milliseconds.
    pub target_ms: u32,
}

/// A service in an environment.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ServiceEnvironmentView {
    /// The environment's slug.
    pub slug: String,
    /// Where the service answers there.
    pub base_url: Option<String>,
    /// Why it is plain HTTP there on purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plain_http_because: Option<String>,
    /// What runs there.
    pub running: Option<RunningView>,
    /// The version that was rolled back there last, where nobody has said since that another one
    /// runs: neither its hook nor an announcement. `running` is then what should be restored.
    pub rolled_back: Option<String>,
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
pub(super) async fn load(link: &mut Connection, record: Service) -> Result<ServiceView, Error> {
    let mut environments = Vec::new();
    let unrestored = deployments::unrestored(link).await?;
    for place in services::environments_of(link, record.id).await? {
        let rolled_back = unrestored
            .iter()
            .map(|one| &one.deployment)
            .find(|one| one.service_id == record.id && one.environment == place.environment);
        let running = deployments::running(link, record.id, &place.environment).await?;
        environments.push(ServiceEnvironmentView {
            slug: place.environment,
            base_url: place.base_url,
            plain_http_because: place.plain_http_because,
            rolled_back: rolled_back.map(|one| one.version.clone()),
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
        targets: record
            .targets
            .into_iter()
            .map(|target| TargetView {
                name: target.name,
                path: target.path,
                target_ms: target.target_ms,
            })
            .collect(),
        version_source: record.version_source.map(|source| VersionSourceView {
            from: source.from.as_str().into(),
            name: source.name,
            min_share: source.min_share,
        }),
        environments,
    })
}

impl Services<'_> {
    /// A service with what runs where.
    ///
    /// # Errors
    /// Where there is none of that slug or the token is limited to other services.
    pub async fn view(self, actor: &Actor, slug: &str) -> Result<ServiceView, Error> {
        authorize(actor, Permission::Read, Some(slug))?;
        let mut link = self.0.read().await?;
        let record = find_service(&mut link, slug).await?;
        load(&mut link, record).await
    }

    /// The services after the slug `after`, at most `limit`, that this actor may see, and where
    /// the next page begins.
    ///
    /// # Errors
    /// Where the actor may not read.
    pub async fn list(
        self,
        actor: &Actor,
        after: &str,
        limit: i64,
    ) -> Result<(Vec<ServiceView>, Option<String>), Error> {
        authorize(actor, Permission::Read, None)?;
        let mut link = self.0.read().await?;
        let mut views = Vec::new();
        // Before a page is cut: what is not to be seen moves no page and names no cursor.
        let found = match actor.limited_to() {
            None => services::after(&mut link, after, limit).await?,
            Some(slugs) => {
                let mut slugs: Vec<_> = slugs.iter().filter(|slug| slug.as_str() > after).collect();
                slugs.sort();
                slugs.dedup();
                let mut found = Vec::new();
                for slug in slugs {
                    if i64::try_from(found.len()).is_ok_and(|n| n >= limit) {
                        break;
                    }
                    found.extend(services::by_slug(&mut link, slug).await?);
                }
                found
            }
        };
        let next = crate::full_page(&found, limit).map(|last| last.slug.clone());
        for record in found {
            views.push(load(&mut link, record).await?);
        }
        Ok((views, next))
    }
}
