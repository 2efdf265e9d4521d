//! Where the demo's shop is reached.

/// Where the shop answers, each without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// Over HTTPS.
    pub https: String,
    /// Over plain HTTP, which redirects.
    pub http: String,
    /// Its switches.
    pub control: String,
    /// Its caught mail.
    pub mail: String,
    /// Where its mail catcher speaks SMTP, host and port.
    pub smtp: String,
}
