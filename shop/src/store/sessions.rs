//! Sessions: who is logged in, and what is in the cart.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Store, catalogue};
use crate::{clock, secret};

/// Days without use after which a session ends.
const IDLE_DAYS: i64 = 7;
/// Most sessions kept; beyond, the longest unused end.
const MOST: usize = 20_000;
/// Most of one product in a cart.
pub const MOST_OF_ONE: u32 = 20;

/// One browser's session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    /// Who is logged in.
    pub email: Option<String>,
    /// How many of which product.
    pub cart: BTreeMap<String, u32>,
    /// Shown once on the next page.
    #[serde(default)]
    pub notice: Option<String>,
    used: DateTime<Utc>,
}

/// All sessions, by the fingerprint of their token.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sessions(HashMap<String, Session>);

impl Sessions {
    /// Ends every session of an account.
    pub fn end_all_of(&mut self, email: &str) {
        self.0.retain(|_, session| session.email.as_deref() != Some(email));
    }

    /// Ends what was not used for long, and the longest unused where there are too many.
    pub fn forget_old(&mut self, now: DateTime<Utc>) {
        let oldest = now - TimeDelta::days(IDLE_DAYS);
        self.0.retain(|_, session| session.used > oldest);
        if self.0.len() > MOST {
            let mut times: Vec<_> = self.0.values().map(|session| session.used).collect();
            times.sort_unstable();
            let cut = times[times.len() - MOST];
            self.0.retain(|_, session| session.used >= cut);
        }
    }
}

/// A line of a cart.
#[derive(Debug, Clone, Copy)]
pub struct CartLine {
    /// What.
    pub product: &'static catalogue::Product,
    /// How many.
    pub quantity: u32,
}

impl CartLine {
    /// Price of the line in cents.
    pub fn total_cents(&self) -> u64 {
        self.product.price_cents * u64::from(self.quantity)
    }
}

impl Session {
    /// The cart's lines; products this release does not sell are left out.
    pub fn lines(&self) -> Vec<CartLine> {
        let lines = self.cart.iter().filter_map(|(slug, quantity)| {
            Some(CartLine { product: catalogue::find(slug)?, quantity: *quantity })
        });
        lines.collect()
    }
}

impl Store {
    /// Starts a session and answers its token.
    pub fn start_session(&self) -> String {
        let token = secret::token();
        let session =
            Session { email: None, cart: BTreeMap::new(), notice: None, used: clock::now() };
        self.write().sessions.0.insert(secret::fingerprint(&token), session);
        token
    }

    /// The session of a token.
    pub fn session(&self, token: &str) -> Option<Session> {
        let mut data = self.read();
        let session = data.sessions.0.get_mut(&secret::fingerprint(token))?;
        let now = clock::now();
        if session.used < now - TimeDelta::days(IDLE_DAYS) {
            return None;
        }
        session.used = now;
        Some(session.clone())
    }

    /// Changes a session; nothing happens if it ended meanwhile.
    pub fn change_session<T>(
        &self,
        token: &str,
        change: impl FnOnce(&mut Session) -> T,
    ) -> Option<T> {
        self.write().sessions.0.get_mut(&secret::fingerprint(token)).map(change)
    }

    /// Logs in: a new token takes over the cart, so that a token planted before is worth nothing.
    pub fn log_in(&self, old_token: Option<&str>, email: &str) -> String {
        let token = secret::token();
        let mut data = self.write();
        let old = old_token.and_then(|old| data.sessions.0.remove(&secret::fingerprint(old)));
        let cart = old.map(|session| session.cart).unwrap_or_default();
        let session =
            Session { email: Some(email.to_owned()), cart, notice: None, used: clock::now() };
        data.sessions.0.insert(secret::fingerprint(&token), session);
        token
    }

    /// Ends a session.
    pub fn end_session(&self, token: &str) {
        self.write().sessions.0.remove(&secret::fingerprint(token));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_sessions_and_the_longest_unused_of_too_many_end() {
        let now = clock::now();
        let session = |age| Session {
            email: None,
            cart: BTreeMap::new(),
            notice: None,
            used: now - TimeDelta::seconds(age),
        };
        let mut sessions = Sessions::default();
        sessions.0.insert("old".into(), session(IDLE_DAYS * 86_400 + 1));
        for age in 0..=MOST as i64 {
            sessions.0.insert(age.to_string(), session(age));
        }
        sessions.forget_old(now);
        assert_eq!(sessions.0.len(), MOST);
        assert!(!sessions.0.contains_key("old"));
        assert!(!sessions.0.contains_key(&MOST.to_string()));
        assert!(sessions.0.contains_key("0"));
    }
}
