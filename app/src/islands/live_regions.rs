//! Keeps the page true: reads it again when something changed, and sends its forms in place.

use leptos::prelude::*;

/// The island.
#[island]
pub fn LiveRegions() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    live::start();
}

#[cfg(feature = "hydrate")]
mod live {
    use std::{cell::Cell, rc::Rc};

    use web_sys::{Event, EventSource, MessageEvent, SubmitEvent};

    use super::super::{browser, post, refresh::refresh};

    /// Changes come in bursts: a probe round of ten checks is one reading.
    const SETTLE_MS: i32 = 350;

    /// Listens.
    pub fn start() {
        let Some(document) = browser::document() else { return };
        browser::listen(&document, "submit", |event: SubmitEvent| post::submitted(&event));
        let found = document.query_selector("[data-events]").ok().flatten();
        let Some(url) = found.and_then(|element| element.get_attribute("data-events")) else {
            return;
        };
        let Ok(source) = EventSource::new(&url) else { return };
        let stale = Rc::new(Stale::default());
        let known = Rc::clone(&stale);
        browser::listen(&source, "changed", move |_: MessageEvent| known.mark());
        let known = Rc::clone(&stale);
        let met = Cell::new(false);
        browser::listen(&source, "hello", move |_: MessageEvent| {
            // A second greeting follows a gap, in which anything may have changed.
            if met.replace(true) {
                known.mark();
            }
        });
        browser::listen(&document, "visibilitychange", move |_: Event| stale.settle());
        // The stream belongs to the page.
        std::mem::forget(source);
    }

    /// Whether the page shows less than there is.
    #[derive(Default)]
    struct Stale {
        marked: Cell<bool>,
        waiting: Cell<bool>,
    }

    impl Stale {
        fn mark(self: &Rc<Self>) {
            self.marked.set(true);
            self.settle();
        }

        /// Reads the page again soon, once nobody is sending and somebody is looking.
        fn settle(self: &Rc<Self>) {
            let hidden = browser::document().is_some_and(|document| document.hidden());
            if !self.marked.get() || hidden || self.waiting.replace(true) {
                return;
            }
            let this = Rc::clone(self);
            browser::after(SETTLE_MS, move || {
                this.waiting.set(false);
                if post::is_sending() {
                    this.settle();
                    return;
                }
                this.marked.set(false);
                wasm_bindgen_futures::spawn_local(refresh());
            });
        }
    }
}
