//! A rollback: an earlier release put back, and how.

use chrono::{DateTime, Utc};

use crate::{deployment::Deployment, ids::DeploymentId};

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

/// A deployment that was rolled back last where it was, while no hook has said that the release
/// before runs there again and nobody has announced one: what runs there is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrestored {
    /// What was taken off.
    pub deployment: Deployment,
    /// How.
    pub rollback: Rollback,
}

impl Unrestored {
    /// Whether a person has to restore it: not while the hook is still being called.
    #[must_use]
    pub const fn waits_on_a_person(&self) -> bool {
        !matches!(self.rollback.hook_state, HookState::Pending)
    }

    /// Whether the hook was to restore it, and did not or may not have: users may still have what
    /// was taken off.
    #[must_use]
    pub const fn is_failed(&self) -> bool {
        matches!(self.rollback.hook_state, HookState::Failed | HookState::Unknown)
    }

    /// What is to be done and why, in one or two sentences.
    #[must_use]
    pub fn sentence(&self) -> String {
        let (bad, at) = (&self.deployment.version, &self.deployment.environment);
        let to = self.rollback.target_version.as_deref().unwrap_or("a version that works");
        let by_hand = format!("restore {to} by hand on {at}, then announce it.");
        match self.rollback.hook_state {
            HookState::Pending => format!("The hook that restores {to} on {at} is being called."),
            HookState::Failed => {
                format!(
                    "The rollback’s hook failed, so {bad} may still run: send it again, or {by_hand}"
                )
            }
            HookState::Unknown => format!(
                "Nobody knows whether the rollback’s hook arrived, so {bad} may still run: look, \
                 and where it does, {by_hand}"
            ),
            HookState::None | HookState::Done => {
                format!("Nobody has announced what runs on {at} now: {by_hand}")
            }
        }
    }
}
