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

    use wasm_bindgen::JsValue;
    use web_sys::{Document, Event, EventSource, MessageEvent, SubmitEvent};

    use super::super::{
        dom,
        page_refresh::{page_id, refresh},
        press, sending, submit,
    };

    /// Changes come in bursts: a probe round of ten checks is one reading.
    const SETTLE_MS: i32 = 350;

    /// Listens.
    pub fn start() {
        let Some(document) = dom::document() else { return };
        take_address(&document);
        press::follow(&document);
        dom::listen(&document, "submit", |event: SubmitEvent| submit::submitted(&event));
        let found = document.query_selector("[data-events]").ok().flatten();
        let Some(url) = found.and_then(|element| element.get_attribute("data-events")) else {
            return;
        };
        let joint = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{joint}page={}", page_id());
        let Ok(source) = EventSource::new(&url) else { return };
        let stale = Rc::new(Stale::default());
        let known = Rc::clone(&stale);
        dom::listen(&source, "changed", move |_: MessageEvent| known.mark());
        dom::listen(&source, "progress", |event: MessageEvent| {
            submit::progressed(&event.data().as_string().unwrap_or_default());
        });
        let known = Rc::clone(&stale);
        let met = Cell::new(false);
        dom::listen(&source, "hello", move |_: MessageEvent| {
            // A second greeting follows a gap, in which anything may have changed.
            if met.replace(true) {
                known.mark();
            }
        });
        dom::listen(&document, "visibilitychange", move |_: Event| stale.settle());
        // The stream belongs to the page.
        std::mem::forget(source);
    }

    /// A page that answers a form has the form's address; its own stands in it, and is put in its
    /// place, so that reading it again asks for the page and sends no form.
    fn take_address(document: &Document) {
        let own = document.body().and_then(|body| body.get_attribute("data-page"));
        let history = dom::window().and_then(|window| window.history().ok());
        if let (Some(own), Some(history)) = (own, history) {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&own));
        }
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
            let hidden = dom::document().is_some_and(|document| document.hidden());
            if !self.marked.get() || hidden || self.waiting.replace(true) {
                return;
            }
            let this = Rc::clone(self);
            dom::after(SETTLE_MS, move || {
                this.waiting.set(false);
                if sending::is_sending() {
                    this.settle();
                    return;
                }
                this.marked.set(false);
                wasm_bindgen_futures::spawn_local(refresh());
            });
        }
    }
}
