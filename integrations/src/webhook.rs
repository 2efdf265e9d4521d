//! A POST of JSON to an address somebody wrote down, with a key by which the receiver tells repeats.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, LOCATION};
use url::Url;

use crate::outbound::{NoClient, Outbound, plain};

/// The most of an answer's body that is read; it is not kept.
const BODY_BYTES: usize = 4 * 1024;
/// How long its body may take once the status is there.
const BODY_TIME: Duration = Duration::from_secs(2);

/// What is sent.
#[derive(Clone)]
pub struct Webhook {
    /// Where to.
    pub url: String,
    /// The key: the same each time the same is sent.
    pub key: String,
    /// The body, JSON.
    pub body: String,
}

// Whoever knows the address of a hook may call it.
impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").field("key", &self.key).finish_non_exhaustive()
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The receiver answered 2xx.
    Accepted {
        /// The status.
        status: u16,
    },
    /// It answered otherwise.
    Refused {
        /// The status.
        status: u16,
    },
    /// It answered that something else should be called, which is not done.
    Redirected {
        /// The status.
        status: u16,
        /// Where it points, scheme and host alone, where that can be read.
        target: Option<String>,
    },
    /// It has nothing of it: it was not reached.
    NotSent(String),
    /// It cannot be sent as it is, now or later.
    Impossible(String),
    /// It was sent, or may have been, and no answer came.
    Lost(String),
}

impl Outbound {
    /// Sends it once.
    pub async fn post(&self, webhook: &Webhook) -> Sent {
        let url = match Url::parse(webhook.url.trim()) {
            Ok(url) => url,
            Err(error) => return Sent::Impossible(format!("its address cannot be read: {error}")),
        };
        let client = match self.client(&url).await {
            Ok(client) => client,
            Err(NoClient::Never(why)) => return Sent::Impossible(why),
            Err(NoClient::NotNow(why)) => return Sent::NotSent(why),
        };
        let sending = client
            .post(url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("Idempotency-Key", &webhook.key)
            .body(webhook.body.clone())
            .send();
        match sending.await {
            Ok(answer) => read(&url, answer).await,
            // No connection, so nothing was written to one.
            Err(error) if error.is_connect() => {
                let late = error.is_timeout();
                let why = plain(error);
                Sent::NotSent(if late { "no connection in 10 s".into() } else { why })
            }
            Err(error) if error.is_builder() => Sent::Impossible(plain(error)),
            Err(error) if error.is_timeout() => Sent::Lost("no answer in 30 s".into()),
            Err(error) => Sent::Lost(plain(error)),
        }
    }
}

async fn read(url: &Url, mut answer: reqwest::Response) -> Sent {
    let status = answer.status();
    let target = answer
        .headers()
        .get(LOCATION)
        .and_then(|location| location.to_str().ok())
        .and_then(|location| url.join(location).ok())
        .and_then(|to| Some(format!("{}://{}", to.scheme(), to.host_str()?)));
    // A receiver that is cut off in its answer may log an error; one that goes on for ever is cut.
    let mut left = BODY_BYTES;
    let reading = async {
        while let Ok(Some(chunk)) = answer.chunk().await {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                return;
            }
        }
    };
    drop(tokio::time::timeout(BODY_TIME, reading).await);
    let code = status.as_u16();
    if status.is_success() {
        Sent::Accepted { status: code }
    } else if status.is_redirection() {
        Sent::Redirected { status: code, target }
    } else {
        Sent::Refused { status: code }
    }
}
