//! A runbook written in its YAML form, so that what is read back is the same runbook.

use domain::{
    deployment::DeploymentKind,
    runbook::{AppliesTo, Condition, Duty, MachineRule, Runbook, SignOffRequirement},
};
use serde::Serialize;

use super::offset;

/// The runbook holds something that YAML cannot carry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The runbook cannot be written as YAML: {0}.")]
pub struct RunbookWriteError(String);

/// Writes the YAML form that [`read`](super::read) reads.
///
/// # Errors
///
/// Where the serializer refuses a value.
pub fn write(runbook: &Runbook) -> Result<String, RunbookWriteError> {
    serde_saphyr::to_string(&Written::from(runbook))
        .map_err(|error| RunbookWriteError(error.to_string()))
}

#[derive(Serialize)]
struct Written<'a> {
    slug: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    applies_to: Option<WrittenScope<'a>>,
    watch: String,
    sign_off: &'a [SignOffRequirement],
    items: Vec<WrittenItem<'a>>,
}

#[derive(Serialize)]
struct WrittenScope<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    kinds: &'a [DeploymentKind],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    environments: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    duty: Option<Duty>,
}

#[derive(Serialize)]
struct WrittenItem<'a> {
    key: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    section: &'a str,
    actor: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    required: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    probes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    machine: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<&'a Condition>,
    #[serde(skip_serializing_if = "str::is_empty")]
    instructions: &'a str,
}

impl<'a> From<&'a Runbook> for Written<'a> {
    fn from(runbook: &'a Runbook) -> Self {
        let scope = &runbook.applies_to;
        Self {
            slug: &runbook.slug,
            title: &runbook.title,
            description: &runbook.description,
            applies_to: (*scope != AppliesTo::default()).then_some(WrittenScope {
                kinds: &scope.kinds,
                environments: &scope.environments,
                duty: scope.duty,
            }),
            watch: offset::format(runbook.watch_s),
            sign_off: &runbook.sign_off,
            items: runbook
                .items
                .iter()
                .map(|item| WrittenItem {
                    key: &item.key,
                    title: &item.title,
                    section: &item.section,
                    actor: item.actor.as_str(),
                    required: (!item.required).then_some(false),
                    due: item.due_s.map(|due_s| format!("T+{}", offset::format(due_s))),
                    role: item.role.as_deref(),
                    probes: &item.probes,
                    machine: item.machine.map(MachineRule::as_str),
                    when: item.when.as_ref(),
                    instructions: &item.instructions,
                })
                .collect(),
        }
    }
}
