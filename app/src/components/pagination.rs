//! From one page of a list to the next.

use leptos::prelude::*;

/// Links to the newest and to older entries; nothing where all of them are shown.
#[component]
pub fn Pagination(
    /// What is shown, such as `50 shown`.
    #[prop(into)]
    text: String,
    /// The first page, where this is not it.
    newest: Option<String>,
    /// The next page, where there is one.
    older: Option<String>,
) -> impl IntoView {
    if newest.is_none() && older.is_none() {
        return ().into_any();
    }
    view! {
        <nav class="pagination" aria-label="Pages">
            <span>{text}</span>
            <div>
                {newest.map(|href| view! { <a class="button" href=href>"Newest"</a> })}
                {older.map(|href| view! { <a class="button" href=href rel="next">"Older"</a> })}
            </div>
        </nav>
    }
    .into_any()
}
