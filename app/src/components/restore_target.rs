//! What a person has to do where a rollback was asked for and nobody has said what runs since.

use domain::deployment::Deployment;

/// The sentence; `should` is what ran before.
pub fn restore_sentence(should: Option<&Deployment>) -> String {
    should.map_or_else(
        || "Nobody has announced what was restored.".to_owned(),
        |should| format!("Restore {}, then announce it.", should.version),
    )
}
