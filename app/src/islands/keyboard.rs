//! Keyboard.

use leptos::prelude::*;

/// Keyboard.
#[island]
pub fn Keyboard() -> impl IntoView {}
