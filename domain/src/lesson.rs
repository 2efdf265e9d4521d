//! A lesson: what was learned, written on a deployment.

use chrono::{DateTime, Utc};

use crate::ids::{DeploymentId, LessonId, ServiceId};

/// A lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// Its id.
    pub id: LessonId,
    /// Of which service.
    pub service_id: ServiceId,
    /// The service's slug.
    pub service: String,
    /// From which deployment.
    pub deployment_id: Option<DeploymentId>,
    /// That deployment's version.
    pub version: Option<String>,
    /// What was learned, in a line.
    pub title: String,
    /// The whole of it, as Markdown.
    pub body: String,
    /// Who wrote it.
    pub author_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
}
