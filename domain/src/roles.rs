//! Who may do what in the portal.

use crate::string_enum::string_enum;

string_enum! {
    /// What a person may do; each role may do all that the ones before it may.
    Role {
        /// Reads.
        Viewer = "viewer",
        /// Works a run: ticks, probes, rolls back, writes lessons, edits services.
        Operator = "operator",
        /// Also waives and signs off.
        Approver = "approver",
        /// Also manages people, tokens and settings.
        Admin = "admin",
    }
}

string_enum! {
    /// What a token may be used for. `admin` implies all the others.
    Scope {
        /// Reads everything the API answers.
        Read = "read",
        /// Announces deployments and triggers rollbacks.
        DeploymentsWrite = "deployments:write",
        /// Posts results and reports on items.
        ResultsWrite = "results:write",
        /// Pushes indicator points.
        MeasurementsWrite = "measurements:write",
        /// Sends log lines.
        LogsWrite = "logs:write",
        /// Creates and changes services, checks, heartbeats and indicators.
        ConfigWrite = "config:write",
        /// All of the above.
        Admin = "admin",
    }
}

impl Scope {
    /// Whether one who holds `self` may do what needs `needed`. Whoever may write may also read
    /// back what it wrote, so every scope allows `read`.
    #[must_use]
    pub fn allows(self, needed: Self) -> bool {
        self == Self::Admin || self == needed || needed == Self::Read
    }
}

#[cfg(test)]
mod tests {
    use super::{Role, Scope};

    #[test]
    fn words_round_trip() {
        for role in Role::ALL.iter().copied() {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        for scope in Scope::ALL.iter().copied() {
            assert_eq!(Scope::parse(scope.as_str()), Some(scope));
        }
        assert_eq!(Scope::parse("results:wirte"), None);
    }

    #[test]
    fn only_admin_allows_everything() {
        assert!(Scope::ALL.iter().copied().all(|needed| Scope::Admin.allows(needed)));
        assert!(!Scope::ResultsWrite.allows(Scope::DeploymentsWrite));
        assert!(Scope::ResultsWrite.allows(Scope::Read));
        assert!(!Scope::Read.allows(Scope::ResultsWrite));
    }
}
