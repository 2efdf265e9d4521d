//! LocalTime.

use leptos::prelude::*;

/// LocalTime.
#[island]
pub fn LocalTime() -> impl IntoView {}
