//! Which runbook a deployment gets by itself.

use std::cmp::Reverse;

use super::Runbook;
use crate::deployment::DeploymentKind;

/// The runbook that fits, or why none does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection<'a> {
    /// The runbook, where one fits.
    pub runbook: Option<&'a Runbook>,
    /// Why this one, or why none: one sentence.
    pub reason: String,
}

/// Whether a deployment of this kind there may be worked by it: it lists the kind, or lists none and is
/// chosen by name; and it lists the environment, or none. A duty is no deployment's.
#[must_use]
pub fn fits(runbook: &Runbook, kind: DeploymentKind, environment: &str) -> bool {
    let scope = &runbook.applies_to;
    let here = scope.environments.is_empty()
        || scope.environments.iter().any(|listed| listed == environment);
    here && (scope.kinds.contains(&kind) || scope.kinds.is_empty() && scope.duty.is_none())
}

/// Finds the runbook for a deployment of `kind` on `environment` among the published ones.
///
/// The kind must be listed: a rollback gets the runbook that lists `rollback` (of those that ship,
/// `subsequent-deploy`, whose migration items it leaves out), and a runbook without kinds is only
/// ever chosen by name. Of those that fit, one that lists the environment comes before one for
/// every environment, then the one for fewer kinds, then the one for fewer environments, then the
/// first by slug; the order of `published` does not matter.
#[must_use]
pub fn select<'a>(
    published: impl IntoIterator<Item = &'a Runbook>,
    kind: DeploymentKind,
    environment: &str,
) -> Selection<'a> {
    let mut of_kind: Vec<&Runbook> =
        published.into_iter().filter(|runbook| runbook.applies_to.kinds.contains(&kind)).collect();
    of_kind.sort_by_key(|runbook| {
        let scope = &runbook.applies_to;
        let exact = scope.environments.iter().any(|listed| listed == environment);
        (Reverse(exact), scope.kinds.len(), scope.environments.len(), &runbook.slug)
    });
    let found = of_kind.iter().copied().find(|runbook| {
        let listed = &runbook.applies_to.environments;
        listed.is_empty() || listed.iter().any(|listed| listed == environment)
    });
    let reason = match found {
        Some(runbook) if runbook.applies_to.environments.is_empty() => {
            format!("`{}` is for {kind} deployments on every environment.", runbook.slug)
        }
        Some(runbook) => {
            format!("`{}` is for {kind} deployments on {environment}.", runbook.slug)
        }
        None if of_kind.is_empty() => format!(
            "No published runbook lists the kind {kind}; publish one that does, or name the \
             runbook when announcing."
        ),
        None => {
            let slugs: Vec<_> = of_kind.iter().map(|r| format!("`{}`", r.slug)).collect();
            format!(
                "No published runbook for {kind} deployments covers {environment}, only other \
                 environments: {}. Add {environment} to one, or name the runbook when announcing.",
                slugs.join(", ")
            )
        }
    };
    Selection { runbook: found, reason }
}
