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

use super::{ApiState, problem::Problem};

/// The forms that take a password.
const PASSWORD_FORMS: [&str; 2] = ["/act/log-in", "/act/set-up"];

/// What is limited, by the client's address.
pub struct Limits {
    passwords: DefaultKeyedRateLimiter<IpAddr>,
    tokens: DefaultKeyedRateLimiter<IpAddr>,
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
        Self { passwords: per_minute(20), tokens: per_minute(60) }
    }
}

impl Limits {
    /// Counts a token that did not work; past the limit, says how long to wait.
    pub fn token_failed(&self, client: IpAddr) -> Option<Problem> {
        check(&self.tokens, client)
    }
}

fn check(limiter: &DefaultKeyedRateLimiter<IpAddr>, client: IpAddr) -> Option<Problem> {
    let until = limiter.check_key(&client).err()?;
    let wait = until.wait_time_from(DefaultClock::default().now());
    let seconds = wait.max(Duration::from_secs(1)).as_secs();
    let problem = Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        format!("Too many tries that did not work. Try again in {seconds} s."),
    );
    Some(Problem { retry_after_s: Some(seconds), ..problem })
}

/// Counts the tries at a password.
pub async fn passwords(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    if request.method() == Method::POST && PASSWORD_FORMS.contains(&request.uri().path()) {
        let client = state.proxies.client(request.extensions(), request.headers());
        if let Some(problem) = check(&state.limits.passwords, client) {
            return problem.into_response();
        }
    }
    next.run(request).await
}
