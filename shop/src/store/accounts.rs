//! Accounts, and the tokens that reset their passwords.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Store;
use crate::{clock, secret};

/// Most accounts the shop keeps; a demonstration needs no more.
const MOST: usize = 20_000;
/// Failed log-ins in a row after which an account waits.
const MOST_FAILURES: u32 = 10;

/// Someone who may log in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    /// Where mail goes, in lower case; the key.
    pub email: String,
    /// What the account page calls them.
    pub name: String,
    /// Argon2 hash in PHC form.
    pub password_hash: String,
    /// When it was opened.
    pub since: DateTime<Utc>,
    #[serde(default)]
    failures: u32,
    #[serde(default)]
    locked_until: Option<DateTime<Utc>>,
}

/// All accounts and open resets.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Accounts {
    by_email: HashMap<String, Account>,
    resets: HashMap<String, Reset>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Reset {
    email: String,
    until: DateTime<Utc>,
}

/// Why an account was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// There is one with this address.
    #[error("There is already an account with this e-mail address.")]
    Taken,
    /// The shop is full.
    #[error("The shop takes no more accounts.")]
    Full,
}

impl Store {
    /// Opens an account.
    ///
    /// # Errors
    /// If the address is taken or the shop is full.
    pub fn open_account(&self, email: &str, name: &str, hash: String) -> Result<(), OpenError> {
        let mut data = self.write();
        if data.accounts.by_email.contains_key(email) {
            return Err(OpenError::Taken);
        }
        if data.accounts.by_email.len() >= MOST {
            return Err(OpenError::Full);
        }
        let account = Account {
            email: email.to_owned(),
            name: name.to_owned(),
            password_hash: hash,
            since: clock::now(),
            failures: 0,
            locked_until: None,
        };
        data.accounts.by_email.insert(email.to_owned(), account);
        Ok(())
    }

    /// The account with this address.
    pub fn account(&self, email: &str) -> Option<Account> {
        self.read().accounts.by_email.get(email).cloned()
    }

    /// Whether log-ins of this account have to wait.
    pub fn is_locked(&self, email: &str) -> bool {
        let data = self.read();
        let account = data.accounts.by_email.get(email);
        account.and_then(|account| account.locked_until).is_some_and(|until| until > clock::now())
    }

    /// Remembers how a log-in went; too many failures in a row lock for a minute.
    pub fn note_login(&self, email: &str, succeeded: bool) {
        let mut data = self.write();
        let Some(account) = data.accounts.by_email.get_mut(email) else { return };
        if succeeded {
            account.failures = 0;
            account.locked_until = None;
            return;
        }
        account.failures += 1;
        if account.failures >= MOST_FAILURES {
            account.failures = 0;
            account.locked_until = Some(clock::now() + TimeDelta::minutes(1));
        }
    }

    /// A token that may set a new password once within 30 minutes. An older one stops working.
    pub fn open_reset(&self, email: &str) -> String {
        let token = secret::token();
        let until = clock::now() + TimeDelta::minutes(30);
        let mut data = self.write();
        data.accounts.resets.retain(|_, reset| reset.email != email && reset.until > clock::now());
        let reset = Reset { email: email.to_owned(), until };
        data.accounts.resets.insert(secret::fingerprint(&token), reset);
        token
    }

    /// Whose password a token may set.
    pub fn reset_email(&self, token: &str) -> Option<String> {
        let data = self.read();
        let reset = data.accounts.resets.get(&secret::fingerprint(token))?;
        (reset.until > clock::now()).then(|| reset.email.clone())
    }

    /// Spends a token: sets the password and ends every session of the account. Answers whose it
    /// was, or nothing if the token is not good (any more).
    pub fn reset_password(&self, token: &str, hash: String) -> Option<String> {
        let mut data = self.write();
        let reset = data.accounts.resets.remove(&secret::fingerprint(token))?;
        if reset.until <= clock::now() {
            return None;
        }
        let account = data.accounts.by_email.get_mut(&reset.email)?;
        account.password_hash = hash;
        account.failures = 0;
        account.locked_until = None;
        data.sessions.end_all_of(&reset.email);
        Some(reset.email)
    }
}
