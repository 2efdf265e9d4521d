//! Tells a monitor that the queue worker is alive.

use std::time::Duration;

/// Pings one address, if one was given.
#[derive(Debug, Clone)]
pub struct Heartbeat {
    http: reqwest::Client,
    url: Option<reqwest::Url>,
}

impl Heartbeat {
    /// A heartbeat to `url`; without one it does nothing.
    pub fn new(http: reqwest::Client, url: Option<reqwest::Url>) -> Self {
        Self { http, url }
    }

    /// Pings once. A failure is logged and otherwise ignored: a monitor that is down must not
    /// stop the work it watches. The address is a secret and stays out of the log.
    pub async fn ping(&self) {
        let Some(url) = self.url.clone() else { return };
        let answer = self.http.get(url).timeout(Duration::from_secs(5)).send().await;
        match answer.and_then(reqwest::Response::error_for_status) {
            Ok(_) => tracing::debug!("heartbeat sent"),
            Err(error) => {
                tracing::warn!(error = %error.without_url(), "heartbeat could not be sent");
            }
        }
    }
}
