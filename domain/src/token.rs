//! A token of the API.

use chrono::{DateTime, Utc};

use crate::{ids::TokenId, roles::Scope};

/// A token as kept.
#[derive(Debug, Clone)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// What people call it.
    pub name: String,
    /// Its first characters, by which it is found and recognised.
    pub prefix: String,
    /// The SHA-256 of the whole token.
    pub hash: Vec<u8>,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// The slugs of the services it is limited to; empty for all.
    pub services: Vec<String>,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}
