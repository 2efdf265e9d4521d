//! Which deployments a runbook is for and who signs, in words.

use domain::runbook::{Cadence, Runbook};

use crate::components::deployments_table::kind_word;

/// Which deployments get it, such as `first, hotfix on production`.
pub fn applies_to(runbook: &Runbook) -> String {
    let scope = &runbook.applies_to;
    let kinds: Vec<_> = scope.kinds.iter().map(|kind| kind_word(*kind)).collect();
    let mut said = match (kinds.is_empty(), scope.duty) {
        (_, Some(duty)) => format!("a duty, {}", cadence(duty.cadence)),
        (true, None) => "chosen by name".to_owned(),
        (false, None) => kinds.join(", "),
    };
    if !scope.environments.is_empty() {
        said.push_str(" on ");
        said.push_str(&scope.environments.join(", "));
    }
    said
}

const fn cadence(cadence: Cadence) -> &'static str {
    match cadence {
        Cadence::Once => "once after the first deploy",
        Cadence::Weekly => "every week",
        Cadence::Monthly => "every month",
        Cadence::Quarterly => "every three months",
        Cadence::Yearly => "every year",
    }
}

/// Who must sign, such as `1 approver, 1 sre`.
pub fn signers(runbook: &Runbook) -> String {
    if runbook.sign_off.is_empty() {
        return "nobody".into();
    }
    let said: Vec<_> =
        runbook.sign_off.iter().map(|need| format!("{} × {}", need.role, need.count)).collect();
    said.join(", ")
}
