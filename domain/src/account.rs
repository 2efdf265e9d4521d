//! The account of a person.

use chrono::{DateTime, Utc};

use crate::actor::Person;

/// A person as kept.
#[derive(Clone)]
pub struct Account {
    /// Who it is and what they may do.
    pub person: Person,
    /// What else they are called where releases are installed, such as a login of the CI's.
    pub logins: Vec<String>,
    /// Their password's Argon2id hash.
    pub password_hash: String,
    /// When they were added.
    pub created_at: DateTime<Utc>,
    /// Since when they may not log in, where they may not.
    pub disabled_at: Option<DateTime<Utc>>,
    /// When they last logged in.
    pub last_login_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("person", &self.person).finish_non_exhaustive()
    }
}
