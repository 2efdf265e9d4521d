//! The demo's people. Their password is known to everyone who reads this, which is why the demo
//! listens on loopback only.

use domain::{actor::Person, roles::Role};
use engine::people::NewPerson;

/// The password of everyone in the demo.
pub const PASSWORD: &str = "lantern-on-the-quay";

/// The token whose name stands on what CI did in the past.
pub const CI: &str = "demo-ci";

/// Someone in the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cast {
    /// Administers the portal.
    Admin,
    /// Approves for the site.
    Sre,
    /// Approves for the product.
    Product,
    /// Deploys and works the runs.
    Operator,
    /// Reads.
    Viewer,
}

impl Cast {
    /// Everyone.
    pub const ALL: [Self; 5] =
        [Self::Admin, Self::Sre, Self::Product, Self::Operator, Self::Viewer];

    /// Their name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "Mara Lindqvist",
            Self::Sre => "Jonas Weber",
            Self::Product => "Aisha Rahman",
            Self::Operator => "Tomás Silva",
            Self::Viewer => "Lena Fischer",
        }
    }

    /// Their address, in a domain that does not exist.
    #[must_use]
    pub const fn email(self) -> &'static str {
        match self {
            Self::Admin => "mara@harbour.example",
            Self::Sre => "jonas@harbour.example",
            Self::Product => "aisha@harbour.example",
            Self::Operator => "tomas@harbour.example",
            Self::Viewer => "lena@harbour.example",
        }
    }

    /// What they may do.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::Admin => Role::Admin,
            Self::Sre | Self::Product => Role::Approver,
            Self::Operator => Role::Operator,
            Self::Viewer => Role::Viewer,
        }
    }

    /// Their team label, where they have one.
    #[must_use]
    pub const fn team(self) -> Option<&'static str> {
        match self {
            Self::Sre => Some("sre"),
            Self::Product => Some("product"),
            Self::Admin | Self::Operator | Self::Viewer => None,
        }
    }

    pub(crate) fn new_person(self) -> NewPerson {
        NewPerson {
            email: self.email().into(),
            name: self.name().into(),
            role: self.role(),
            teams: self.team().map(Into::into).into_iter().collect(),
            password: PASSWORD.into(),
        }
    }
}

/// The demo's people as the portal knows them.
#[derive(Debug, Clone)]
pub(crate) struct Known(pub(crate) Vec<(Cast, Person)>);

impl Known {
    pub(crate) fn get(&self, cast: Cast) -> Option<&Person> {
        self.0.iter().find(|(known, _)| *known == cast).map(|(_, person)| person)
    }
}
