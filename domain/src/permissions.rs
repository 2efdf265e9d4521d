//! What it takes to do what is not done to a box: the role of a person, the scope of a token.

use thiserror::Error;

use crate::{
    actor::Actor,
    roles::{Role, Scope},
};

/// Something only some may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Read anything.
    Read,
    /// Announce a deployment.
    Announce,
    /// Trigger a rollback.
    RollBack,
    /// Post a result or a report.
    PostResult,
    /// Push points of an indicator.
    PushMeasurements,
    /// Create or change a service, its checks and its rollback plan.
    Configure,
    /// Write down a rehearsal.
    RecordRehearsal,
    /// Record what the indicators come to at this moment.
    RecordBaselines,
    /// Write a lesson.
    WriteLesson,
    /// Publish a runbook.
    PublishRunbook,
    /// Add people and change what they may do.
    ManagePeople,
    /// Make and revoke tokens.
    ManageTokens,
}

impl Permission {
    const fn role(self) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::Announce
            | Self::RollBack
            | Self::PostResult
            | Self::PushMeasurements
            | Self::Configure
            | Self::RecordRehearsal
            | Self::RecordBaselines
            | Self::WriteLesson => Role::Operator,
            Self::PublishRunbook | Self::ManagePeople | Self::ManageTokens => Role::Admin,
        }
    }

    /// The scope a token needs; `None` where no token may.
    const fn scope(self) -> Option<Scope> {
        match self {
            Self::Read => Some(Scope::Read),
            Self::Announce | Self::RollBack => Some(Scope::DeploymentsWrite),
            Self::PostResult => Some(Scope::ResultsWrite),
            Self::PushMeasurements => Some(Scope::MeasurementsWrite),
            Self::Configure => Some(Scope::ConfigWrite),
            Self::PublishRunbook => Some(Scope::Admin),
            Self::RecordRehearsal
            | Self::RecordBaselines
            | Self::WriteLesson
            | Self::ManagePeople
            | Self::ManageTokens => None,
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Self::Read => "read this",
            Self::Announce => "announce a deployment",
            Self::RollBack => "roll back",
            Self::PostResult => "post a result",
            Self::PushMeasurements => "push measurements",
            Self::Configure => "change a service",
            Self::RecordRehearsal => "record a rehearsal",
            Self::RecordBaselines => "record baselines",
            Self::WriteLesson => "write a lesson",
            Self::PublishRunbook => "publish a runbook",
            Self::ManagePeople => "manage people",
            Self::ManageTokens => "manage tokens",
        }
    }
}

/// Why it is not permitted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Denied {
    /// The person's role is too low.
    #[error("To {what} takes the role {needed}; yours is {has}. Ask an administrator.")]
    Role {
        /// What was tried.
        what: &'static str,
        /// The least role that may.
        needed: &'static str,
        /// The person's role.
        has: &'static str,
    },
    /// The token lacks the scope.
    #[error("To {what} takes a token with the scope `{needed}`; this one does not have it.")]
    Scope {
        /// What was tried.
        what: &'static str,
        /// The scope.
        needed: &'static str,
    },
    /// No token may.
    #[error("A token cannot {what}; a person does it in the browser.")]
    PersonOnly {
        /// What was tried.
        what: &'static str,
    },
    /// The token is limited to some services, and this is about all of them.
    #[error("To {what} takes a token that is not limited to services; this one is.")]
    Limited {
        /// What was tried.
        what: &'static str,
    },
    /// The token is limited to other services.
    #[error("This token is limited to other services than `{service}`.")]
    OtherService {
        /// The service that was tried.
        service: String,
    },
}

/// Whether `actor` may do `permission`, on the service of that slug where it is about one.
///
/// The portal itself and whoever works at the command line of its machine may.
///
/// # Errors
/// Says what it takes.
pub fn authorize(
    actor: &Actor,
    permission: Permission,
    service: Option<&str>,
) -> Result<(), Denied> {
    let what = permission.what();
    match actor {
        Actor::System(_) | Actor::CommandLine => Ok(()),
        Actor::Person(person) => {
            let needed = permission.role();
            if person.role >= needed {
                Ok(())
            } else {
                Err(Denied::Role { what, needed: needed.as_str(), has: person.role.as_str() })
            }
        }
        Actor::Token { scopes, services, .. } => {
            let needed = permission.scope().ok_or(Denied::PersonOnly { what })?;
            if !scopes.iter().any(|scope| scope.allows(needed)) {
                return Err(Denied::Scope { what, needed: needed.as_str() });
            }
            match service {
                Some(slug) if !services.is_empty() && !services.iter().any(|s| s == slug) => {
                    Err(Denied::OtherService { service: slug.to_owned() })
                }
                _ => Ok(()),
            }
        }
    }
}

/// Whether `actor` may do `permission` to what all services share: as [`authorize`], and no token that
/// is limited to some of them.
///
/// # Errors
/// Says what it takes.
pub fn authorize_everywhere(
    actor: &Actor,
    permission: Permission,
    what: &'static str,
) -> Result<(), Denied> {
    authorize(actor, permission, None)?;
    match actor {
        Actor::Token { services, .. } if !services.is_empty() => Err(Denied::Limited { what }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::TokenId;

    fn token(scopes: &[Scope], services: &[&str]) -> Actor {
        Actor::Token {
            id: TokenId(Uuid::nil()),
            name: "ci".into(),
            scopes: scopes.to_vec(),
            services: services.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn a_token_needs_the_scope_and_the_service() {
        let ci = token(&[Scope::DeploymentsWrite], &["shop"]);
        assert_eq!(authorize(&ci, Permission::Announce, Some("shop")), Ok(()));
        assert_eq!(
            authorize(&ci, Permission::Announce, Some("bank")),
            Err(Denied::OtherService { service: "bank".into() })
        );
        assert!(matches!(
            authorize(&ci, Permission::PostResult, Some("shop")),
            Err(Denied::Scope { .. })
        ));
    }

    #[test]
    fn not_even_an_admin_token_is_a_person() {
        let admin = token(&[Scope::Admin], &[]);
        for permission in [Permission::WriteLesson, Permission::ManageTokens] {
            assert!(matches!(authorize(&admin, permission, None), Err(Denied::PersonOnly { .. })));
        }
        assert_eq!(authorize(&admin, Permission::Configure, Some("shop")), Ok(()));
    }
}
