//! An icon of the sprite.

use leptos::prelude::*;

/// The icon of that name; decorative, the word stands beside it.
#[component]
pub fn Icon(#[prop(into)] name: String) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true"><use href=format!("/icons.svg#{name}")></use></svg>
    }
}

/// The icon that carries a state: most are called like it.
pub fn of_state(state: &str) -> &str {
    match state {
        "breached" | "critical" | "revoked" | "broken" => "failed",
        "ready" | "published" | "done" | "successful" => "passed",
        "watching" => "running",
        "error" => "errored",
        "inconclusive" => "undecided",
        "unticked" => "open",
        "passed_with_waivers" => "waived",
        known => known,
    }
}
