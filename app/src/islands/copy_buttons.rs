//! CopyButtons.

use leptos::prelude::*;

/// CopyButtons.
#[island]
pub fn CopyButtons() -> impl IntoView {}
