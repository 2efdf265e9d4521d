//! The frame of the two pages before the door: a card in the middle.

use leptos::prelude::*;

use crate::{
    auth::Visitor,
    components::{flash::FlashLine, icon::Icon, raw_text::page_title},
};

/// The frame.
pub fn signed_out_page(title: &'static str, note: &'static str, card: AnyView) -> impl IntoView {
    let flash = Visitor::here().flash;
    view! {
        {page_title(title)}
        <main class="centre" id="main">
            <div><a class="brand" href="/"><Icon name="mark"/>"Daytwo"</a></div>
            <FlashLine flash/>
            <section class="card" aria-labelledby="door-h">
                <header class="card-head">
                    <h1 class="card-title" id="door-h">{title}</h1>
                    {(!note.is_empty()).then(|| view! { <p class="card-note">{note}</p> })}
                </header>
                {card}
            </section>
        </main>
    }
}
