//! What stands where there is nothing yet, with what to do about it.

use leptos::prelude::*;

/// A sentence and, beside it, what helps.
#[component]
pub fn Empty(
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! { <div class="empty"><p>{text}</p>{children.map(|children| children())}</div> }
}
