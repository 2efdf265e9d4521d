//! Why the demo's history could not be replayed.

use thiserror::Error;

/// Why the demo's history could not be replayed.
#[derive(Debug, Error)]
pub enum DemoError {
    /// A use case refused what the story wanted: one of the two is wrong.
    #[error("the demo's history stops at “{what}”: {refusal}")]
    Refused {
        /// What was tried.
        what: String,
        /// Why it was refused.
        refusal: engine::Error,
    },
    /// The probes' client cannot be built.
    #[error("the probes' client cannot be built: {0}")]
    Client(#[from] probes::client::BuildError),
    /// A runbook cannot be read, or none fits.
    #[error("the demo's runbook {0}")]
    Runbook(String),
    /// Trouble with the database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The story names someone or something that is not there.
    #[error("the demo's story names {0}, which is not there")]
    Missing(String),
}
