//! History: deployments by filter.

use chrono::{DateTime, Utc};
use domain::{
    actor::Person,
    deployment::{Deployment, DeploymentFilter},
    ids::DeploymentId,
    page::Page,
    service::{Environment, Service},
};
use store::{deployments, services};

use crate::{Error, handle::handle};

/// The history page.
#[derive(Debug, Clone)]
pub struct HistoryPage {
    /// The deployments that fit, newest first.
    pub deployments: Vec<Deployment>,
    /// Whether there are more.
    pub more: bool,
    /// All services, for the filter.
    pub services: Vec<Service>,
    /// All environments, for the filter.
    pub environments: Vec<Environment>,
    /// When the page was read.
    pub now: DateTime<Utc>,
}

handle! {
    /// The history of deployments.
    history: History
}

impl History<'_> {
    /// Deployments that fit, a page of them.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn page(
        self,
        _person: &Person,
        filter: &DeploymentFilter,
        before: Option<(DateTime<Utc>, DeploymentId)>,
        limit: usize,
    ) -> Result<HistoryPage, Error> {
        let mut link = self.0.read().await?;
        let ask = i64::try_from(limit).unwrap_or(50) + 1;
        let mut found = deployments::list(&mut link, filter, Page { before, limit: ask }).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        Ok(HistoryPage {
            deployments: found,
            more,
            services: services::all(&mut link).await?,
            environments: services::environments(&mut link).await?,
            now: self.0.now(),
        })
    }
}
