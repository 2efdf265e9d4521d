//! Small helpers around the browser.

use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, convert::FromWasmAbi};
use web_sys::{Document, Element, EventTarget, HtmlElement, Window};

/// The window; there is one wherever this runs.
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// The document.
pub fn document() -> Option<Document> {
    window()?.document()
}

/// Listens for as long as the page lives.
pub fn listen<E: FromWasmAbi + 'static>(
    target: &EventTarget,
    name: &str,
    act: impl FnMut(E) + 'static,
) {
    let closure = Closure::<dyn FnMut(E)>::new(act);
    let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    closure.forget();
}

/// Runs once, later.
pub fn after(milliseconds: i32, act: impl FnOnce() + 'static) {
    let function: JsValue = Closure::once_into_js(act);
    if let (Some(window), Some(function)) = (window(), function.dyn_ref::<Function>()) {
        let _ =
            window.set_timeout_with_callback_and_timeout_and_arguments_0(function, milliseconds);
    }
}

/// Runs again and again for as long as the page lives.
pub fn every(milliseconds: i32, act: impl FnMut() + 'static) {
    let closure = Closure::<dyn FnMut()>::new(act);
    if let Some(window) = window() {
        let _ = window.set_interval_with_callback_and_timeout_and_arguments_0(
            closure.as_ref().unchecked_ref(),
            milliseconds,
        );
    }
    closure.forget();
}

/// The elements a selector finds.
pub fn all(document: &Document, selector: &str) -> Vec<Element> {
    let Ok(list) = document.query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|at| list.item(at)?.dyn_into().ok()).collect()
}

/// The elements a selector finds below another.
pub fn within(root: &Element, selector: &str) -> Vec<Element> {
    let Ok(list) = root.query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|at| list.item(at)?.dyn_into().ok()).collect()
}

/// A property of a thing.
pub fn get(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// A property of a thing, as text; empty where it is none.
pub fn text_of(of: &JsValue, name: &str) -> String {
    get(of, name).as_string().unwrap_or_default()
}

/// Sets a property of a thing.
pub fn set(of: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(of, &JsValue::from_str(name), value);
}

/// Moves the focus, where the element takes it.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// Tells it to whoever does not see.
pub fn announce(said: &str) {
    if let Some(line) = document().and_then(|document| document.get_element_by_id("announce")) {
        line.set_text_content(Some(said));
    }
}

/// Shows a message over the page; a bad one stays until the next.
pub fn toast(good: bool, said: &str) {
    let Some(document) = document() else { return };
    let Some(toasts) = document.get_element_by_id("toasts") else { return };
    toasts.set_inner_html("");
    let Ok(line) = document.create_element("div") else { return };
    let Ok(paragraph) = document.create_element("p") else { return };
    line.set_class_name("flash");
    let _ = line.set_attribute("data-tone", if good { "ok" } else { "bad" });
    // Both parts are fixed text.
    let icon = if good { "passed" } else { "failed" };
    line.set_inner_html(&format!(
        "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"/icons.svg#{icon}\"></use></svg>"
    ));
    paragraph.set_text_content(Some(said));
    let _ = line.append_child(&paragraph);
    let _ = toasts.append_child(&line);
    announce(said);
    if good {
        after(7_000, move || line.remove());
    }
}
