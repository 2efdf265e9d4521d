//! A release: a version of a service.

use chrono::{DateTime, Utc};

use crate::ids::{ReleaseId, ServiceId};

/// A release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its id.
    pub id: ReleaseId,
    /// Whose.
    pub service_id: ServiceId,
    /// Its version.
    pub version: String,
    /// The commit it was built from.
    pub commit_sha: Option<String>,
    /// The digest of what was installed.
    pub artifact_digest: Option<String>,
    /// What is in it.
    pub notes: String,
    /// When it was first announced.
    pub created_at: DateTime<Utc>,
}
