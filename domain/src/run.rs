//! A run: the copy of a runbook that is worked, whatever it is worked for.

use chrono::{DateTime, Utc};

use crate::{
    ids::{RunId, RunbookVersionId, ServiceId},
    runbook::SignOffRequirement,
    string_enum::string_enum,
    verdict::Verdict,
    watch::WatchState,
};

string_enum! {
    /// What a run is about.
    RunSubject {
        /// A deployment, for as long as it is watched.
        Deployment = "deployment",
        /// A duty, each time it comes round.
        Duty = "duty",
    }
}

impl RunSubject {
    /// What it is called in a sentence: "this deployment", "this run".
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Deployment => "deployment",
            Self::Duty => "run",
        }
    }
}

/// That a sign-off counts no more, because what it was given on failed afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// When that was noticed.
    pub at: DateTime<Utc>,
    /// What failed, in a sentence.
    pub because: String,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id: that of the deployment or of the duty's run.
    pub id: RunId,
    /// What it is about.
    pub subject: RunSubject,
    /// Of which service.
    pub service_id: ServiceId,
    /// The service's slug.
    pub service: String,
    /// Where.
    pub environment: String,
    /// The version of the runbook it was copied from.
    pub runbook_version_id: RunbookVersionId,
    /// Who has to sign.
    pub sign_off_required: Vec<SignOffRequirement>,
    /// From when on what is seen counts for it: the time of the deployment, or when the duty's run
    /// opened.
    pub opened_at: DateTime<Utc>,
    /// When its time is up: the watch's end, or when the duty is due.
    pub ends_at: DateTime<Utc>,
    /// Where it stands.
    pub state: WatchState,
    /// The gate's verdict when it last changed.
    pub verdict: Verdict,
    /// The gate's sentence.
    pub reason: String,
    /// How many required items were open then.
    pub open_items: i64,
    /// How many were closed by a waiver then.
    pub waived_items: i64,
    /// How many required items there are.
    pub required_items: i64,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// When its sign-off was last revoked, and why. It stands until it is signed off again.
    pub revoked: Option<Revocation>,
    /// Whether it is of a duty that is switched off, and so waits for nobody.
    pub suspended: bool,
}

impl Run {
    /// Its revocation, where it has not been signed off again since.
    #[must_use]
    pub fn standing_revocation(&self) -> Option<&Revocation> {
        let signed = !self.sign_off_required.is_empty();
        self.revoked.as_ref().filter(|_| signed && self.state == WatchState::Watching)
    }

    /// Whether its sign-off can still be revoked by what its checks see: a deployment's, until its
    /// watch has run its time. What fails later is an incident of what has proved itself.
    #[must_use]
    pub fn can_be_revoked(&self, now: DateTime<Utc>) -> bool {
        self.subject == RunSubject::Deployment
            && self.state == WatchState::SignedOff
            && now < self.ends_at
    }

    /// It as it was before it was closed, for what follows from evidence that came afterwards.
    #[must_use]
    pub fn reopened(&self) -> Self {
        Self { state: WatchState::Watching, closed_at: None, ..self.clone() }
    }

    /// Whether it waits for nothing but its boxes: its runbook asks for nobody's signature, and it
    /// is a duty's, or its watch has run its time.
    #[must_use]
    pub fn needs_no_signature(&self, now: DateTime<Utc>) -> bool {
        self.sign_off_required.is_empty()
            && match self.subject {
                RunSubject::Duty => true,
                RunSubject::Deployment => now >= self.ends_at,
            }
    }
}
