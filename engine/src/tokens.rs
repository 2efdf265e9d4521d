//! API tokens: `d2_`, random base62, and a checksum, so that a typo is found without the database
//! and a leaked token is recognised by scanners. Shown once; only a hash is kept.

use chrono::{DateTime, Duration, Utc};
use domain::{
    actor::Actor,
    ids::TokenId,
    permissions::{Permission, authorize},
    roles::Scope,
    token::Token,
    validate,
};
use rand::Rng as _;
use store::{Tx, tokens};
use subtle::ConstantTimeEq as _;

use crate::{
    Error, audit::entry, error::ValidationErrors, handle::handle, ids::new_id, token_cache::hash,
};

handle! {
    /// The use cases of tokens.
    tokens: Tokens
}

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PREFIX_LEN: usize = 8;
const SECRET_LEN: usize = 32;
const CHECK_LEN: usize = 6;

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What people call it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// The slugs of the services it is limited to; empty for all.
    pub services: Vec<String>,
    /// When it stops working.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Makes a token and answers it in clear, the only time it is seen.
///
/// # Errors
/// Where the actor may not, a field is at fault, or a service does not exist.
pub async fn create(
    tx: &mut Tx,
    actor: &Actor,
    new: NewToken,
    now: DateTime<Utc>,
) -> Result<String, Error> {
    authorize(actor, Permission::ManageTokens, None)?;
    let mut faults = ValidationErrors::default();
    faults.note("/name", validate::line(&new.name, 80));
    if new.scopes.is_empty() {
        faults.note("/scopes", Err("must name at least one scope".into()));
    }
    if new.expires_at.is_some_and(|at| at <= now) {
        faults.note("/expires_at", Err("must lie in the future".into()));
    }
    faults.into_result()?;
    for slug in &new.services {
        if store::services::by_slug(tx, slug).await?.is_none() {
            return Err(Error::not_found("service", slug));
        }
    }
    let token = generate();
    let record = Token {
        id: TokenId(new_id()),
        name: new.name,
        prefix: token[..PREFIX_LEN + 3].to_owned(),
        hash: hash(&token).to_vec(),
        scopes: new.scopes,
        services: new.services,
        created_by: actor.name().to_owned(),
        created_at: now,
        expires_at: new.expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    let scopes: Vec<_> = record.scopes.iter().map(|s| s.as_str()).collect();
    entry(actor, now, "token.create", "token", record.id)
        .says(format!("made the token {} for {}", record.name, scopes.join(", ")))
        .with("prefix", record.prefix.clone())
        .with("services", record.services.clone())
        .record(tx);
    tokens::insert(tx, record).await?;
    Ok(token)
}

/// Revokes a token. Where this is committed by [`Tokens::revoke`], it stops working at once in
/// this portal; others may believe it for as long as they remember it, a few seconds.
///
/// # Errors
/// Where the actor may not or there is no such token in use.
pub async fn revoke(
    tx: &mut Tx,
    actor: &Actor,
    id: TokenId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    authorize(actor, Permission::ManageTokens, None)?;
    if !tokens::revoke(tx, id, now).await? {
        return Err(Error::not_found("token in use", id));
    }
    entry(actor, now, "token.revoke", "token", id).says("revoked a token").record(tx);
    Ok(())
}

impl Tokens<'_> {
    /// As [`create`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`create`].
    pub async fn create(self, actor: &Actor, new: NewToken) -> Result<String, Error> {
        let (actor, now) = (actor.clone(), self.0.now());
        self.0.write(move |tx| Box::pin(async move { create(tx, &actor, new, now).await })).await
    }

    /// As [`revoke`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`revoke`].
    pub async fn revoke(self, actor: &Actor, id: TokenId) -> Result<(), Error> {
        let (actor, now) = (actor.clone(), self.0.now());
        self.0.write(move |tx| Box::pin(async move { revoke(tx, &actor, id, now).await })).await?;
        self.0.token_cache().clear();
        Ok(())
    }

    /// All tokens, newest first.
    ///
    /// # Errors
    /// Where the actor may not.
    pub async fn list(self, actor: &Actor) -> Result<Vec<Token>, Error> {
        authorize(actor, Permission::ManageTokens, None)?;
        Ok(tokens::all(&mut self.0.read().await?).await?)
    }

    /// Who a token is.
    ///
    /// # Errors
    /// Where it is mistyped, unknown, expired or revoked; the sentence says which only to one who
    /// holds the real token.
    pub async fn authenticate(self, token: &str) -> Result<Actor, Error> {
        let refused = |why: &str| Err(Error::Unauthenticated(why.to_owned()));
        if !well_formed(token) {
            return refused(
                "This is not a Daytwo token: it begins with `d2_` and ends with a checksum that \
                 does not fit. Check that all of it was copied.",
            );
        }
        let now = self.0.now();
        let hashed = hash(token);
        let cache = self.0.token_cache();
        let record = if let Some(known) = cache.get(&hashed, now) {
            known
        } else {
            let emptied = cache.emptied();
            let prefix = &token[..PREFIX_LEN + 3];
            let found = tokens::by_prefix(&mut self.0.read().await?, prefix).await?;
            let Some(record) =
                found.filter(|record| bool::from(record.hash.as_slice().ct_eq(&hashed)))
            else {
                return refused("This token is not known here. Make one under Settings, Tokens.");
            };
            self.note_use(&record, now).await;
            cache.put(emptied, hashed, now, record.clone());
            record
        };
        if record.revoked_at.is_some() {
            return refused("This token was revoked. Make another under Settings, Tokens.");
        }
        if record.expires_at.is_some_and(|at| at <= now) {
            return refused("This token has expired. Make another under Settings, Tokens.");
        }
        Ok(Actor::Token {
            id: record.id,
            name: record.name,
            scopes: record.scopes,
            services: record.services,
        })
    }

    /// Notes the use of a token, to the minute.
    async fn note_use(self, record: &Token, now: DateTime<Utc>) {
        if record.last_used_at.is_some_and(|at| now - at < Duration::minutes(1)) {
            return;
        }
        let id = record.id;
        let noted = self
            .0
            .write(move |tx| Box::pin(async move { Ok(tokens::used(tx, id, now).await?) }))
            .await;
        if let Err(error) = noted {
            tracing::warn!(%error, token = %id, "the use of a token could not be noted");
        }
    }
}

/// A new token: `d2_`, 8 characters to find it by, 32 of secret (190 bits), 6 of checksum.
fn generate() -> String {
    let mut rng = rand::rng();
    let random = (0..PREFIX_LEN + SECRET_LEN)
        .map(|_| char::from(BASE62[rng.random_range(0..BASE62.len())]))
        .collect::<String>();
    let checksum = checksum(&random);
    format!("d2_{random}{checksum}")
}

/// Whether it looks like a token and its checksum fits.
fn well_formed(token: &str) -> bool {
    let Some(rest) = token.strip_prefix("d2_") else { return false };
    rest.len() == PREFIX_LEN + SECRET_LEN + CHECK_LEN
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && checksum(&rest[..PREFIX_LEN + SECRET_LEN]) == rest[PREFIX_LEN + SECRET_LEN..]
}

/// CRC32 in base62.
fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes()) as usize;
    let mut digits = [b'0'; CHECK_LEN];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[rest % 62];
        rest /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_is_found_without_the_database() {
        let token = generate();
        assert!(well_formed(&token), "{token}");
        assert_eq!(token.len(), 49);
        for at in 3..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
            assert!(!well_formed(&String::from_utf8(bytes).unwrap()), "position {at}");
        }
        assert!(!well_formed(""));
        assert!(!well_formed("d2_"));
        assert!(!well_formed("d2_é"));
    }

    #[test]
    fn tokens_differ() {
        assert_ne!(generate(), generate());
    }
}
