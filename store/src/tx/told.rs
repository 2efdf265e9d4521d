//! What a commit tells.

use domain::event::Event;

/// What is told once a commit is there.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// What changed.
    pub(crate) events: Vec<Event>,
    /// How many deliveries there are to send.
    pub(crate) deliveries: usize,
}
