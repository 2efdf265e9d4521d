//! The board: what is being watched, what waits on whom, what runs where.

use leptos::prelude::*;

use crate::{auth::Visitor, page};

/// The page.
#[component]
pub fn BoardPage() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    page::load(
        async move { engine.board(&visitor.person()?).await },
        |board| {
            let view = view! { <div class="page-head"><div><h1>"Board"</h1><p class="page-sub">{board.watching.len()}</p></div></div> };
            ("Board".to_owned(), view.into_any())
        },
    )
}
