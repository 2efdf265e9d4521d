//! Words that appear in the API, in runbooks and in the database: one spelling each.

/// Declares an enum whose variants are words, with the same spelling for serde, [`as_str`] and
/// [`parse`], so that the three cannot drift apart.
///
/// [`as_str`]: DeploymentKind::as_str
/// [`parse`]: DeploymentKind::parse
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every value, in the order they are documented.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word stored and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads the stored word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Why a release was put on an environment.
    DeploymentKind {
        /// The first of this service in this environment.
        First = "first",
        /// An ordinary one after the first.
        Subsequent = "subsequent",
        /// An urgent repair.
        Hotfix = "hotfix",
        /// Somebody else's release, taken over.
        VendorSync = "vendor_sync",
        /// An earlier version put back.
        Rollback = "rollback",
    }
}

words! {
    /// How a release replaces the one before it.
    Strategy {
        /// Instance after instance.
        Rolling = "rolling",
        /// Two complete sets, traffic switched.
        BlueGreen = "blue_green",
        /// A share of the traffic first.
        Canary = "canary",
        /// The old one stopped, then the new one started.
        Recreate = "recreate",
    }
}

words! {
    /// Who closes an item of a run.
    Actor {
        /// A person.
        Human = "human",
        /// A machine.
        Automated = "automated",
        /// Both: the machine's evidence and a person's confirmation.
        Mixed = "mixed",
    }
}
