//! Limits on failures: guessing a password or a token is slow.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use http::{Method, StatusCode};
use tower_sessions::Session;

use super::{ApiState, client_ip::one_client, problem::Problem};

/// The forms that take a password.
const PASSWORD_FORMS: [&str; 2] = ["/act/log-in", "/act/set-up"];

/// What is limited, by the client's address.
pub struct Limits {
    passwords: DefaultKeyedRateLimiter<IpAddr>,
    tokens: DefaultKeyedRateLimiter<IpAddr>,
    strangers: DefaultKeyedRateLimiter<IpAddr>,
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

impl Default for Limits {
    fn default() -> Self {
        let per_minute = |n: u32| {
            let n = NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
            RateLimiter::keyed(Quota::per_minute(n))
        };
        Self { passwords: per_minute(20), tokens: per_minute(60), strangers: per_minute(60) }
    }
}

impl Limits {
    /// Counts a token that did not work; past the limit, says how long to wait.
    pub fn token_failed(&self, client: IpAddr) -> Option<Problem> {
        check(&self.tokens, client)
    }
}

/// How many addresses are remembered before those that have waited long enough are forgotten.
const REMEMBERED: usize = 10_000;

fn check(limiter: &DefaultKeyedRateLimiter<IpAddr>, client: IpAddr) -> Option<Problem> {
    if limiter.len() > REMEMBERED {
        limiter.retain_recent();
    }
    let until = limiter.check_key(&one_client(client)).err()?;
    let wait = until.wait_time_from(DefaultClock::default().now());
    let seconds = wait.max(Duration::from_secs(1)).as_secs();
    let problem = Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        format!("Too many tries from this address. Try again in {seconds} s."),
    );
    Some(Problem { retry_after_s: Some(seconds), ..problem })
}

/// Counts the tries at a password, and the forms of whoever is not signed in. It stands behind the
/// sessions: a cookie anybody can write is no session.
pub async fn forms(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if request.method() == Method::POST && path.starts_with("/act/") {
        let client = state.proxies.client(request.extensions(), request.headers());
        let over = if PASSWORD_FORMS.contains(&path) {
            check(&state.limits.passwords, client)
        } else if is_signed_in(request.extensions().get::<Session>()).await {
            None
        } else {
            check(&state.limits.strangers, client)
        };
        if let Some(problem) = over {
            return problem.into_response();
        }
    }
    next.run(request).await
}

/// Whether the session is one that was begun; it is read once, for the pages too.
async fn is_signed_in(session: Option<&Session>) -> bool {
    match session {
        None => false,
        // Where the database is away nobody is counted: what follows says so.
        Some(session) => session.get_value(app::SIGNED_IN).await.map_or(true, |who| who.is_some()),
    }
}
