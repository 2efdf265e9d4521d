//! The rules a rollback plan was agreed on.

use leptos::prelude::*;

/// The rules, one a line.
pub fn agreed_rules(rules: &str) -> AnyView {
    let lines: Vec<_> =
        rules.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let said = if lines.is_empty() {
        view! { <span class="muted">"none written down"</span> }.into_any()
    } else {
        lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view().into_any()
    };
    view! { <div><dt>"Agreed rules"</dt><dd>{said}</dd></div> }.into_any()
}
