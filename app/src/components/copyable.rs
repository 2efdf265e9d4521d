//! A block of text to copy; the button is shown once an island can copy.

use leptos::prelude::*;

use super::icon::Icon;

/// The block.
#[component]
pub fn Copyable(
    /// What is copied.
    #[prop(into)]
    text: String,
    /// What it is, such as `Command`.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    view! {
        <div class="copyable">
            <code class="code wrap" tabindex="0" role="region" aria-label=label>{text.clone()}</code>
            <button class="button" type="button" hidden="" data-copy=text><Icon name="copy"/>"Copy"</button>
        </div>
    }
}
