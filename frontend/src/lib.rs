//! The browser's part of Daytwo: wakes the islands.

// Without this the linker drops the islands.
#[expect(unused_imports, reason = "what it brings in is found by name in the browser")]
use app::*;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the page.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
