//! A deployment: a release put on an environment of a service.

use chrono::{DateTime, Duration, Utc};

use crate::{
    ids::{DeploymentId, PersonId, ReleaseId, RunbookVersionId, ServiceId},
    run::{Revocation, Run, RunSubject},
    runbook::SignOffRequirement,
    string_enum::string_enum,
    verdict::Verdict,
    watch::WatchState,
};

/// How long after it took another's place a deployment is announced at the latest: what is measured
/// until then counts for the other. Its watch begins no longer before its announcement.
pub const ANNOUNCED_WITHIN: Duration = Duration::hours(1);

string_enum! {
    /// Why a release was put on an environment.
    DeploymentKind {
        /// The first of this service in this environment.
        First = "first",
        /// An ordinary one after the first.
        Subsequent = "subsequent",
        /// An urgent repair.
        Hotfix = "hotfix",
        /// Somebody else's release, taken over.
        VendorSync = "vendor_sync",
        /// An earlier version put back.
        Rollback = "rollback",
    }
}

string_enum! {
    /// How a release replaces the one before it.
    Strategy {
        /// Instance after instance.
        Rolling = "rolling",
        /// Two complete sets, traffic switched.
        BlueGreen = "blue_green",
        /// A share of the traffic first.
        Canary = "canary",
        /// The old one stopped, then the new one started.
        Recreate = "recreate",
    }
}

/// A deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Its id.
    pub id: DeploymentId,
    /// The service.
    pub service_id: ServiceId,
    /// The service's slug.
    pub service: String,
    /// Where.
    pub environment: String,
    /// The release.
    pub release_id: ReleaseId,
    /// Its version.
    pub version: String,
    /// Why.
    pub kind: DeploymentKind,
    /// How.
    pub strategy: Strategy,
    /// Where its watch stands.
    pub state: WatchState,
    /// The gate's verdict when its run last changed.
    pub verdict: Verdict,
    /// The gate's sentence.
    pub reason: String,
    /// How many required boxes were open then.
    pub open_items: i64,
    /// How many were closed by a waiver then.
    pub waived_items: i64,
    /// How many required boxes there are.
    pub required_items: i64,
    /// When it was deployed.
    pub deployed_at: DateTime<Utc>,
    /// Who deployed it, as announced.
    pub deployed_by: String,
    /// Everyone that may mean, and whoever announced it by hand.
    pub deployers: Vec<PersonId>,
    /// Who announced it.
    pub announced_by: String,
    /// The pipeline's page.
    pub url: Option<String>,
    /// What was said about it.
    pub notes: String,
    /// When the watch ends.
    pub watch_ends_at: DateTime<Utc>,
    /// The version of the runbook its run was copied from.
    pub runbook_version_id: RunbookVersionId,
    /// That runbook.
    pub runbook_slug: String,
    /// The version's number.
    pub runbook_number: i64,
    /// Who has to sign.
    pub sign_off_required: Vec<SignOffRequirement>,
    /// The deployment it took the place of.
    pub replaces_id: Option<DeploymentId>,
    /// The deployment that took its place.
    pub superseded_by_id: Option<DeploymentId>,
    /// Whether whoever signed it off did so alone, having deployed it or waived a box of it.
    pub signed_alone: bool,
    /// When its sign-off was last revoked, and why.
    pub revoked: Option<Revocation>,
    /// When its watch closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// When it was announced.
    pub created_at: DateTime<Utc>,
}

impl Deployment {
    /// Since when it is watched: it may have been announced long after it was made.
    #[must_use]
    pub fn watched_since(&self) -> DateTime<Utc> {
        self.deployed_at.max(self.created_at - ANNOUNCED_WITHIN)
    }

    /// Its run.
    #[must_use]
    pub fn run(&self) -> Run {
        Run {
            id: self.id.into(),
            subject: RunSubject::Deployment,
            service_id: self.service_id,
            service: self.service.clone(),
            environment: self.environment.clone(),
            runbook_version_id: self.runbook_version_id,
            sign_off_required: self.sign_off_required.clone(),
            opened_at: self.deployed_at,
            ends_at: self.watch_ends_at,
            state: self.state,
            verdict: self.verdict,
            reason: self.reason.clone(),
            open_items: self.open_items,
            waived_items: self.waived_items,
            required_items: self.required_items,
            closed_at: self.closed_at,
            revoked: self.revoked.clone(),
            suspended: false,
        }
    }
}

/// Which deployments to list; each field that is `None` does not narrow the list.
#[derive(Debug, Clone, Default)]
pub struct DeploymentFilter {
    /// Of this service.
    pub service_id: Option<ServiceId>,
    /// Of these services, by their slugs: what whoever asks may see.
    pub services: Option<Vec<String>>,
    /// In this environment.
    pub environment: Option<String>,
    /// In this state.
    pub state: Option<WatchState>,
    /// Of this kind.
    pub kind: Option<DeploymentKind>,
    /// Whose run was copied from this runbook.
    pub runbook: Option<String>,
    /// Deployed at or after this.
    pub since: Option<DateTime<Utc>>,
    /// Whose service, version, deployer or notes contain this, whatever the case.
    pub text: Option<String>,
}
