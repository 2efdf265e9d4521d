//! CommandPalette.

use leptos::prelude::*;

/// CommandPalette.
#[island]
pub fn CommandPalette() -> impl IntoView {}
