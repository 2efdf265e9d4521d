//! What a reader has opened, typed and focused, kept while a region is replaced.

use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Document, Element, HtmlDetailsElement};

use super::dom;

/// The reader's state of a page.
pub struct UiState {
    open: Vec<String>,
    fields: Vec<(String, JsValue, JsValue)>,
    focus: Option<String>,
    row: Option<String>,
    current: Option<String>,
}

impl UiState {
    /// Reads it. What belongs to `done`, a form that was sent, is left behind.
    pub fn read(document: &Document, done: Option<&Element>) -> Self {
        let sent = |element: &Element| done.is_some_and(|done| done.contains(Some(element)));
        let around = done.and_then(|done| done.closest("details").ok()?).map(|around| around.id());
        let open = dom::all(document, "details[open][id]")
            .into_iter()
            .map(|details| details.id())
            .filter(|id| around.as_ref() != Some(id))
            .collect();
        let fields = dom::all(document, "input[id],textarea[id],select[id]")
            .into_iter()
            .filter(|field| !sent(field))
            .map(|field| (field.id(), dom::get(&field, "value"), dom::get(&field, "checked")))
            .collect();
        let active = document.active_element();
        let in_row = |at: &Element| at.closest("[data-row]").ok().flatten().map(|row| row.id());
        Self {
            open,
            fields,
            row: active.as_ref().and_then(in_row),
            focus: active.map(|at| at.id()).filter(|id| !id.is_empty()),
            current: document
                .query_selector("[data-row][aria-current=true]")
                .ok()
                .flatten()
                .map(|row| row.id()),
        }
    }

    /// Puts it back.
    pub fn restore(self, document: &Document) {
        for id in self.open {
            let details = document.get_element_by_id(&id);
            if let Some(details) = details.and_then(|one| one.dyn_into::<HtmlDetailsElement>().ok())
            {
                details.set_open(true);
            }
        }
        for (id, value, checked) in self.fields {
            let Some(field) = document.get_element_by_id(&id) else { continue };
            if dom::get(&field, "value") != value {
                dom::set(&field, "value", &value);
            }
            if dom::get(&field, "checked") != checked {
                dom::set(&field, "checked", &checked);
            }
        }
        if let Some(row) = self.current.and_then(|id| document.get_element_by_id(&id)) {
            let _ = row.set_attribute("aria-current", "true");
        }
        // What is focused still may not have been replaced.
        let lost = document.active_element().is_none_or(|at| at.tag_name() == "BODY");
        if lost {
            let find = |id: Option<String>| id.and_then(|id| document.get_element_by_id(&id));
            if let Some(element) = find(self.focus).or_else(|| find(self.row)) {
                dom::focus(&element);
            }
        }
    }
}
