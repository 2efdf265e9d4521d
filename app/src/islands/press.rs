//! Whether the reader is pressing something. A press is a click only where it begins and ends on
//! the same element; what is replaced in between would swallow it, and a selection being drawn
//! with it.

use std::cell::Cell;

use js_sys::Promise;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Event};

use super::dom;

/// How long one look lasts, in milliseconds.
const LOOK_MS: i32 = 30;
/// How many looks a press is waited for: whoever let go outside the window may never be heard.
const LOOKS: u32 = 200;

thread_local! {
    static PRESSED: Cell<bool> = const { Cell::new(false) };
}

/// Follows the pointer for as long as the page lives.
pub fn follow(document: &Document) {
    dom::listen(document, "pointerdown", |_: Event| PRESSED.set(true));
    for end in ["pointerup", "pointercancel"] {
        dom::listen(document, end, |_: Event| PRESSED.set(false));
    }
}

/// Waits until nothing is pressed.
pub async fn released() {
    for _ in 0..LOOKS {
        if !PRESSED.get() {
            return;
        }
        let look = Promise::new(&mut |resolve, _| {
            dom::after(LOOK_MS, move || drop(resolve.call0(&wasm_bindgen::JsValue::NULL)));
        });
        let _ = JsFuture::from(look).await;
    }
}
