//! A rollback: an earlier release put back, and how.

use chrono::{DateTime, Utc};

use crate::ids::DeploymentId;

/// How the plan's hook stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookState {
    /// The plan has none; a person runs the command.
    None,
    /// It is being called.
    Pending,
    /// It answered with success.
    Done,
    /// It did not.
    Failed,
    /// It may have been called; nobody can know.
    Unknown,
}

impl HookState {
    /// The word stored and answered by the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pending => "pending",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::None, Self::Pending, Self::Done, Self::Failed, Self::Unknown]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// A rollback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollback {
    /// Of which deployment.
    pub deployment_id: DeploymentId,
    /// Why.
    pub reason: String,
    /// By whom.
    pub triggered_by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// To which version.
    pub target_version: Option<String>,
    /// How the hook stands.
    pub hook_state: HookState,
    /// What came of it.
    pub hook_sentence: String,
    /// When it answered.
    pub hook_at: Option<DateTime<Utc>>,
}

/// How a service is put back to the release before.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RollbackPlan {
    /// The command to copy; may be empty.
    pub command: String,
    /// The address to call, if any.
    pub hook_url: Option<String>,
    /// Whether the hook tells repeats by their key, so that it may be called until it answers;
    /// otherwise it is called at most once.
    pub hook_repeatable: bool,
    /// Who decides on a breach: `manual`, a person. Nothing rolls back by itself yet.
    pub mode: String,
    /// When to roll back, as agreed before the deploy, one rule a line.
    pub rules: String,
}

// Whoever knows the address of a hook may call it.
impl std::fmt::Debug for RollbackPlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RollbackPlan")
            .field("has_hook", &self.hook_url.is_some())
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}
