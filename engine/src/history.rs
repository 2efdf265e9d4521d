//! History: deployments by filter, the audit log, counts.

use std::sync::PoisonError;

use chrono::{DateTime, Utc};
use domain::{
    audit::AuditEntry,
    ids::DeploymentId,
    permissions::{Permission, permit},
    who::{Person, Who},
};
use store::{
    audit, counts,
    deployments::{self, DeploymentFilter, DeploymentRecord},
    page::Page,
    services::{self, EnvironmentRecord, ServiceRecord},
};

use crate::{Engine, Refusal};

/// The history page.
#[derive(Debug, Clone)]
pub struct HistoryPage {
    /// The deployments that fit, newest first.
    pub deployments: Vec<DeploymentRecord>,
    /// Whether there are more.
    pub more: bool,
    /// All services, for the filter.
    pub services: Vec<ServiceRecord>,
    /// All environments, for the filter.
    pub environments: Vec<EnvironmentRecord>,
    /// When the page was read.
    pub now: DateTime<Utc>,
}

/// The audit log's page.
#[derive(Debug, Clone)]
pub struct AuditPage {
    /// The entries, newest first.
    pub entries: Vec<AuditEntry>,
    /// How many entries the chain has, or where it is broken.
    pub chain: Result<i64, String>,
}

impl Engine {
    /// Deployments that fit, a page of them.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn history(
        &self,
        _person: &Person,
        filter: &DeploymentFilter,
        before: Option<(DateTime<Utc>, DeploymentId)>,
        limit: usize,
    ) -> Result<HistoryPage, Refusal> {
        let mut link = self.read().await?;
        let ask = i64::try_from(limit).unwrap_or(50) + 1;
        let mut found = deployments::list(&mut link, filter, Page { before, limit: ask }).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        Ok(HistoryPage {
            deployments: found,
            more,
            services: services::all(&mut link).await?,
            environments: services::environments(&mut link).await?,
            now: self.now(),
        })
    }

    /// The audit log's entries before `before`, and whether the chain holds. It is followed to its
    /// end once in a process and on from there afterwards; `doctor` follows all of it.
    ///
    /// # Errors
    /// Where the reader may not.
    pub async fn audit_page(
        &self,
        person: &Person,
        before: Option<i64>,
    ) -> Result<AuditPage, Refusal> {
        permit(&Who::Person(person.clone()), Permission::ManagePeople, None)?;
        let mut link = self.read().await?;
        let so_far = self.verified().lock().unwrap_or_else(PoisonError::into_inner).clone();
        let chain = audit::verify_on(&mut link, so_far).await?;
        if let Ok(chain) = &chain {
            *self.verified().lock().unwrap_or_else(PoisonError::into_inner) = chain.clone();
        }
        Ok(AuditPage {
            entries: audit::newest(&mut link, Page { before, limit: 100 }).await?,
            chain: chain.map(|chain| chain.len()),
        })
    }

    /// How many deployments there are by state and verdict.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn counts(&self) -> Result<Vec<(String, String, i64)>, Refusal> {
        Ok(counts::deployments_by_state(&mut self.read().await?).await?)
    }

    /// Whether the database answers and the scheduler runs.
    ///
    /// # Errors
    /// Where one does not.
    pub async fn ready(&self) -> Result<(), Refusal> {
        counts::ping(&mut self.read().await?).await?;
        if self.scheduler_runs() {
            return Ok(());
        }
        Err(Refusal::Internal("the scheduler does not run".into()))
    }
}
