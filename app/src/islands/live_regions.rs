//! LiveRegions.

use leptos::prelude::*;

/// LiveRegions.
#[island]
pub fn LiveRegions() -> impl IntoView {}
