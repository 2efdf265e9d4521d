//! Whether a page answers a form.

/// Marks a page that answers a form: its address is not that of the request.
#[derive(Debug, Clone, Copy)]
pub struct Answering;

impl Answering {
    /// Whether the page being rendered answers a form.
    pub fn here() -> bool {
        leptos::prelude::use_context::<http::request::Parts>()
            .is_some_and(|parts| parts.extensions.get::<Self>().is_some())
    }
}
