//! The visitor of a request: their session, and the cookie that carries it.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, header, request::Parts},
};

use crate::{
    state::AppState,
    store::{accounts::Account, sessions::Session},
};

/// Whether a router serves HTTPS; an extension of every request.
#[derive(Debug, Clone, Copy)]
pub struct Secure(pub bool);

/// Whoever asks for a page.
pub struct Visitor {
    /// The shared state.
    pub state: AppState,
    /// Their session, if they have one.
    pub session: Option<Session>,
    /// Their account, if they are logged in.
    pub account: Option<Account>,
    token: Option<String>,
    secure: bool,
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let secure = parts.extensions.get::<Secure>().is_some_and(|secure| secure.0);
        let token = cookie(parts, cookie_name(secure)).map(str::to_owned);
        let session = token.as_deref().and_then(|token| state.store.session(token));
        let email = session.as_ref().and_then(|session| session.email.as_deref());
        let account = email.and_then(|email| state.store.account(email));
        let token = token.filter(|_| session.is_some());
        Ok(Self { state: state.clone(), session, account, token, secure })
    }
}

/// A cookie to send along with an answer.
pub type SetCookie = [(HeaderName, HeaderValue); 1];

impl Visitor {
    /// How many things are in the cart.
    pub fn cart_count(&self) -> u32 {
        self.session.as_ref().map_or(0, |session| session.cart.values().sum())
    }

    /// Changes the session, starting one if there is none yet; answers the cookie to send.
    pub fn change(&self, change: impl FnOnce(&mut Session)) -> SetCookie {
        let token = match &self.token {
            Some(token) => token.clone(),
            None => self.state.store.start_session(),
        };
        self.state.store.change_session(&token, change);
        self.set_cookie(&token)
    }

    /// What the next page shows once.
    pub fn notice(&self, text: &str) -> SetCookie {
        self.change(|session| session.notice = Some(text.to_owned()))
    }

    /// Takes what this page shows once.
    pub fn take_notice(&self) -> Option<String> {
        self.session.as_ref()?.notice.as_ref()?;
        self.state.store.change_session(self.token.as_deref()?, |s| s.notice.take()).flatten()
    }

    /// Logs in, with a new session that keeps the cart.
    pub fn log_in(&self, email: &str) -> SetCookie {
        self.set_cookie(&self.state.store.log_in(self.token.as_deref(), email))
    }

    /// Ends the session.
    pub fn log_out(&self) -> SetCookie {
        if let Some(token) = &self.token {
            self.state.store.end_session(token);
        }
        self.header(format!("{}=; Max-Age=0{}", cookie_name(self.secure), self.attributes()))
    }

    fn set_cookie(&self, token: &str) -> SetCookie {
        let name = cookie_name(self.secure);
        self.header(format!("{name}={token}; Max-Age=604800{}", self.attributes()))
    }

    fn attributes(&self) -> &'static str {
        if self.secure {
            "; Path=/; HttpOnly; SameSite=Lax; Secure"
        } else {
            "; Path=/; HttpOnly; SameSite=Lax"
        }
    }

    fn header(&self, cookie: String) -> SetCookie {
        let value = HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(""));
        [(header::SET_COOKIE, value)]
    }
}

/// Cookies know no ports and a browser lets no plain page replace a `Secure` one, so the two
/// listeners use two names.
fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-shop_session" } else { "shop_session" }
}

fn cookie<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    let headers = parts.headers.get_all(header::COOKIE).iter();
    let mut pairs = headers.filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(';'));
    pairs.find_map(|pair| pair.trim().split_once('=').filter(|(n, _)| *n == name).map(|(_, v)| v))
}
