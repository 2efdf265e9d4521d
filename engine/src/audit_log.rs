//! The audit log: who did what, and whether the chain of its entries holds.

use std::sync::PoisonError;

use domain::{
    actor::{Actor, Person},
    audit::AuditEntry,
    page::Page,
    permissions::{Permission, authorize},
};
use store::audit;

use crate::{Error, handle::handle};

handle! {
    /// The audit log.
    audit_log: AuditLog
}

/// The audit log's page.
#[derive(Debug, Clone)]
pub struct AuditPage {
    /// The entries, newest first.
    pub entries: Vec<AuditEntry>,
    /// How many entries the chain has, or where it is broken.
    pub chain: Result<i64, String>,
}

impl AuditLog<'_> {
    /// The audit log's entries before `before`, and whether the chain holds. It is followed to its
    /// end once in a process and on from there afterwards; `doctor` follows all of it.
    ///
    /// # Errors
    /// Where the reader may not.
    pub async fn page(self, person: &Person, before: Option<i64>) -> Result<AuditPage, Error> {
        authorize(&Actor::Person(person.clone()), Permission::ManagePeople, None)?;
        let mut link = self.0.read().await?;
        let so_far = self.0.verified().lock().unwrap_or_else(PoisonError::into_inner).clone();
        let chain = audit::verify_on(&mut link, so_far).await?;
        if let Ok(chain) = &chain {
            *self.0.verified().lock().unwrap_or_else(PoisonError::into_inner) = chain.clone();
        }
        Ok(AuditPage {
            entries: audit::newest(&mut link, Page { before, limit: 100 }).await?,
            chain: chain.map(|chain| chain.len()),
        })
    }
}
