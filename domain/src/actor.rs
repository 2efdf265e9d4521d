//! Who acts: a person, a token or the portal itself.

use crate::{
    ids::{PersonId, TokenId},
    roles::{Role, Scope},
};

/// A signed-in person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their name as shown.
    pub name: String,
    /// Their address, lower case.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Team labels such as `sre` or `product`, which a required sign-off may name.
    pub teams: Vec<String>,
}

/// The actor of an act, as the audit log names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A person at the pages.
    Person(Person),
    /// A script with a token. Never a person.
    Token {
        /// The token's id.
        id: TokenId,
        /// The token's name.
        name: String,
        /// What it may be used for.
        scopes: Vec<Scope>,
        /// The slugs of the services it is limited to; empty for all.
        services: Vec<String>,
    },
    /// The portal itself: its probes and background tasks.
    System(&'static str),
    /// Someone at the command line of the machine the portal runs on.
    CommandLine,
}

impl Actor {
    /// The word stored in the audit log.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Token { .. } => "token",
            Self::System(_) => "system",
            Self::CommandLine => "command_line",
        }
    }

    /// The slugs of the services it is limited to; `None` where it is not.
    #[must_use]
    pub fn limited_to(&self) -> Option<&[String]> {
        match self {
            Self::Token { services, .. } if !services.is_empty() => Some(services),
            _ => None,
        }
    }

    /// The name shown.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Person(person) => &person.name,
            Self::Token { name, .. } => name,
            Self::System(name) => name,
            Self::CommandLine => "command line",
        }
    }

    /// The id stored, where there is one.
    #[must_use]
    pub fn id(&self) -> Option<uuid::Uuid> {
        match self {
            Self::Person(person) => Some(person.id.0),
            Self::Token { id, .. } => Some(id.0),
            Self::System(_) | Self::CommandLine => None,
        }
    }
}
