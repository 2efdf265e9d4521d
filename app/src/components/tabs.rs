//! From one room to another: a bar of links, each an address of its own.

use leptos::prelude::*;

/// A room to go to.
pub struct Tab {
    /// What it is called.
    pub text: &'static str,
    /// Its address.
    pub href: String,
    /// Whether the reader is there.
    pub current: bool,
}

/// The bar. `label` says what the rooms are of. Where it is too narrow it scrolls by itself.
pub fn tabs(label: impl Into<String>, tabs: Vec<Tab>) -> AnyView {
    let label: String = label.into();
    let links = tabs
        .into_iter()
        .map(|tab| {
            let here = tab.current.then_some("page");
            view! { <a href=tab.href aria-current=here>{tab.text}</a> }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label=label>{links}</nav> }.into_any()
}
