//! The keys: `j` and `k` move between rows, `x` ticks, `w` waives, `?` helps, `g` goes.

use leptos::prelude::*;

/// The island.
#[island]
pub fn Keyboard() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    if let Some(document) = super::dom::document() {
        let mut going = false;
        super::dom::listen(&document, "keydown", move |event: web_sys::KeyboardEvent| {
            keys::press(&event, &mut going);
        });
    }
}

#[cfg(feature = "hydrate")]
mod keys {
    use wasm_bindgen::JsCast as _;
    use web_sys::{
        Document, Element, HtmlDetailsElement, HtmlDialogElement, HtmlFormElement, KeyboardEvent,
    };

    use super::super::dom;

    /// One key.
    pub fn press(event: &KeyboardEvent, going: &mut bool) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
            return;
        }
        let Some(document) = dom::document() else { return };
        let typing = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|element| element.matches("input,textarea,select").unwrap_or(false));
        let covered = document.query_selector("dialog[open]").ok().flatten().is_some();
        if typing || covered {
            *going = false;
            return;
        }
        let key = event.key();
        if std::mem::take(going) {
            if let Some(to) = place(&key) {
                event.prevent_default();
                if let Some(window) = dom::window() {
                    let _ = window.location().assign(to);
                }
            }
            return;
        }
        let done = match key.as_str() {
            "g" => {
                *going = true;
                true
            }
            "j" => step(&document, 1),
            "k" => step(&document, -1),
            "x" => current(&document).is_some_and(|row| tick(&row)),
            "w" => current(&document).is_some_and(|row| open(&row, "w")),
            "e" => current(&document).is_some_and(|row| open(&row, "e")),
            "r" => rollback(&document),
            "?" => help(&document),
            _ => false,
        };
        if done {
            event.prevent_default();
        }
    }

    fn place(key: &str) -> Option<&'static str> {
        Some(match key {
            "b" => "/",
            "s" => "/services",
            "d" => "/duties",
            "r" => "/runbooks",
            "h" => "/history",
            "l" => "/lessons",
            _ => return None,
        })
    }

    /// The row where the reader stands.
    fn current(document: &Document) -> Option<Element> {
        let focused = document.active_element().and_then(|at| at.closest("[data-row]").ok()?);
        focused.or_else(|| document.query_selector("[data-row][aria-current=true]").ok()?)
    }

    fn step(document: &Document, by: i32) -> bool {
        let rows = dom::all(document, "[data-row]");
        let Some(last) = rows.len().checked_sub(1) else { return false };
        let at = current(document).and_then(|row| rows.iter().position(|one| *one == row));
        let to = match (at, by) {
            (None, 1..) => 0,
            (None, _) => last,
            (Some(at), 1..) => (at + 1).min(last),
            (Some(at), _) => at.saturating_sub(1),
        };
        for row in &rows {
            let _ = row.remove_attribute("aria-current");
        }
        let _ = rows[to].set_attribute("aria-current", "true");
        dom::focus(&rows[to]);
        true
    }

    fn tick(row: &Element) -> bool {
        let form = row.query_selector("form[data-tick]").ok().flatten();
        let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) else {
            return false;
        };
        form.request_submit().is_ok()
    }

    fn open(row: &Element, key: &str) -> bool {
        let found = row.query_selector(&format!("details[data-key={key}]")).ok().flatten();
        let Some(details) = found.and_then(|found| found.dyn_into::<HtmlDetailsElement>().ok())
        else {
            return false;
        };
        details.set_open(!details.open());
        let find = |name| details.query_selector(name).ok().flatten();
        let first = find("textarea").or_else(|| find("summary"));
        if let (true, Some(first)) = (details.open(), first) {
            dom::focus(&first);
        }
        true
    }

    fn rollback(document: &Document) -> bool {
        let Some(panel) = document.get_element_by_id("rollback") else { return false };
        dom::focus(&panel);
        panel.scroll_into_view();
        true
    }

    fn help(document: &Document) -> bool {
        let found = document.get_element_by_id("help");
        found
            .and_then(|found| found.dyn_into::<HtmlDialogElement>().ok())
            .is_some_and(|help| help.show_modal().is_ok())
    }
}
