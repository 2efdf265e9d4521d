//! What a runbook is made of.

use serde::{Deserialize, Serialize};

use crate::{
    deployment::DeploymentKind, item::ItemActor, service::OF_HTTPS, string_enum::string_enum,
};

/// How long a deployment is watched where its runbook does not say, in seconds: 48 hours.
pub const DEFAULT_WATCH_S: u64 = 172_800;

/// The built-in probes an item may name; they start from the service's base URL.
pub const PROBES: [&str; 6] =
    ["response-targets", "exposed-files", "https-redirect", "hsts", "tls", "debug-mode"];

/// A template for runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runbook {
    /// Its name in addresses and files, `[a-z0-9-]{1,64}`.
    pub slug: String,
    /// Its name on pages.
    pub title: String,
    /// What it is for, in Markdown.
    #[serde(default)]
    pub description: String,
    /// Which deployments get it by themselves.
    #[serde(default)]
    pub applies_to: AppliesTo,
    /// How long the run is worked, in seconds.
    #[serde(default = "default_watch_s")]
    pub watch_s: u64,
    /// Who must sign; one approver where nothing is said, nobody where the list is empty.
    #[serde(default = "default_sign_off")]
    pub sign_off: Vec<SignOffRequirement>,
    /// The boxes, in the order they are shown.
    pub items: Vec<ItemTemplate>,
}

const fn default_watch_s() -> u64 {
    DEFAULT_WATCH_S
}

/// Who signs where a runbook does not say: one approver.
#[must_use]
pub fn default_sign_off() -> Vec<SignOffRequirement> {
    vec![SignOffRequirement { role: "approver".to_owned(), count: 1 }]
}

/// Which deployments a runbook is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliesTo {
    /// The kinds it fits by itself; none means that a person or CI chooses it by name.
    #[serde(default)]
    pub kinds: Vec<DeploymentKind>,
    /// The environments it fits; none listed means every one.
    #[serde(default)]
    pub environments: Vec<String>,
    /// How often it recurs, for a duty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duty: Option<Duty>,
}

/// A runbook that recurs without a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// How often.
    pub cadence: Cadence,
}

string_enum! {
    /// How often a duty recurs.
    Cadence {
        /// Once per service and environment, counted from the first deployment.
        Once = "once",
        /// Every week.
        Weekly = "weekly",
        /// Every month.
        Monthly = "monthly",
        /// Every three months.
        Quarterly = "quarterly",
        /// Every year.
        Yearly = "yearly",
    }
}

/// So many distinct people of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOffRequirement {
    /// A viewer role (`approver`, `admin`, `operator`) or a team label such as `sre`.
    pub role: String,
    /// How many; at least 1.
    pub count: u32,
}

/// A box of a runbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemTemplate {
    /// Its name in the API, `[a-z0-9-]{1,64}`, unique in the runbook.
    pub key: String,
    /// Its name on pages.
    pub title: String,
    /// The heading it stands under; empty for none.
    #[serde(default)]
    pub section: String,
    /// What to do, in Markdown.
    #[serde(default)]
    pub instructions: String,
    /// Who closes it.
    pub actor: ItemActor,
    /// Whether the gate waits for it.
    #[serde(default = "default_required")]
    pub required: bool,
    /// When it is due, in seconds after the deploy; `due: T+15m` in YAML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_s: Option<u64>,
    /// Whose turn it is: a viewer role or a team label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Built-in probes that are its evidence, of [`PROBES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<String>,
    /// The rule, besides probes and reported results, that is its evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<MachineRule>,
    /// When it counts; elsewhere it is `not_required`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

const fn default_required() -> bool {
    true
}

string_enum! {
    /// A rule of Daytwo's own that closes the machine half of an item.
    MachineRule {
        /// A fresh rehearsal of the rollback plan exists for the version that would be restored.
        RollbackRehearsed = "rollback_rehearsed",
        /// The log is being read, and every error signature is classified and has its disposition.
        LogsTriaged = "logs_triaged",
        /// The baselines are captured at the end of the watch.
        Baselines = "baselines",
    }
}

impl MachineRule {
    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::RollbackRehearsed => "rollback rehearsal",
            Self::LogsTriaged => "log triage",
            Self::Baselines => "baselines",
        }
    }
}

/// Where an item counts. Both lists must match; an empty one matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Kinds of deployment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<DeploymentKind>,
    /// Environments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<String>,
}

impl ItemTemplate {
    /// The first paragraph of the instructions on one line: what a list shows under the title.
    #[must_use]
    pub fn summary(&self) -> String {
        let lines = self.instructions.trim_start().lines();
        let paragraph: Vec<_> = lines.map(str::trim).take_while(|line| !line.is_empty()).collect();
        paragraph.join(" ")
    }

    /// Whether a machine closes it and it looks at nothing but HTTPS.
    #[must_use]
    pub fn asks_for_https_alone(&self) -> bool {
        let of_https = |probe: &String| OF_HTTPS.contains(&probe.as_str());
        self.actor == ItemActor::Automated
            && self.machine.is_none()
            && !self.probes.is_empty()
            && self.probes.iter().all(of_https)
    }

    /// Why the item does not count for such a deployment, as the sentence of `not_required`;
    /// `None` where it counts.
    #[must_use]
    pub fn not_required_because(&self, kind: DeploymentKind, environment: &str) -> Option<String> {
        let when = self.when.as_ref()?;
        if !when.kinds.is_empty() && !when.kinds.contains(&kind) {
            let kinds: Vec<_> = when.kinds.iter().map(|kind| kind.as_str()).collect();
            return Some(format!(
                "Only for deployments of kind {}; this one is {kind}.",
                kinds.join(" or ")
            ));
        }
        if !when.environments.is_empty() && !when.environments.iter().any(|e| e == environment) {
            return Some(format!(
                "Only on {}; this deployment is on {environment}.",
                when.environments.join(" or ")
            ));
        }
        None
    }
}
