//! Where the page stands.

use leptos::prelude::*;

/// Links from the board down to the page's parent: text and address.
#[component]
pub fn Breadcrumbs(links: Vec<(String, String)>) -> impl IntoView {
    let links = links
        .into_iter()
        .map(|(text, href)| view! { <li><a href=href>{text}</a></li> })
        .collect_view();
    view! { <nav class="crumbs" aria-label="Breadcrumb"><ol>{links}</ol></nav> }
}
