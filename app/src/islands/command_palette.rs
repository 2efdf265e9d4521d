//! The command palette: Ctrl K or Cmd K, or a click into the header's field.

use leptos::prelude::*;

/// The island.
#[island]
pub fn CommandPalette() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    palette::start();
}

#[cfg(feature = "hydrate")]
mod palette {
    use std::rc::Rc;

    use wasm_bindgen::JsCast as _;
    use web_sys::{Element, Event, HtmlInputElement, KeyboardEvent, MouseEvent};

    use super::super::{dom, palette_dialog::Palette};

    /// Listens for what opens it.
    pub fn start() {
        let Some(document) = dom::document() else { return };
        let Some(palette) = Palette::build(&document) else { return };
        let palette = Rc::new(palette);
        let opened = Rc::clone(&palette);
        dom::listen(&document, "keydown", move |event: KeyboardEvent| {
            if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k") {
                event.prevent_default();
                opened.open("");
            }
        });
        let Some(field) = document.get_element_by_id("jump") else { return };
        let opened = Rc::clone(&palette);
        dom::listen(&field, "click", move |_: MouseEvent| opened.open(""));
        let opened = Rc::clone(&palette);
        dom::listen(&field, "input", move |event: Event| {
            let field = event.target().and_then(|at| at.dyn_into::<HtmlInputElement>().ok());
            if let Some(field) = field {
                let typed = field.value();
                field.set_value("");
                opened.open(&typed);
            }
        });
        inside(&palette);
    }

    fn inside(palette: &Rc<Palette>) {
        let used = Rc::clone(palette);
        dom::listen(&palette.input, "input", move |_: Event| used.show());
        let used = Rc::clone(palette);
        dom::listen(&palette.input, "keydown", move |event: KeyboardEvent| {
            let done = match event.key().as_str() {
                "ArrowDown" => used.step(1),
                "ArrowUp" => used.step(-1),
                "Enter" => used.go(),
                _ => false,
            };
            if done {
                event.prevent_default();
            }
        });
        let used = Rc::clone(palette);
        dom::listen(&palette.list, "click", move |event: MouseEvent| {
            let at = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if let Some(option) = at.and_then(|at| at.closest("[role=option]").ok()?) {
                used.choose(&option);
            }
        });
    }
}
