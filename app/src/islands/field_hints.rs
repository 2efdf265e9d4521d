//! Lists the fields of a condition that fit what is being typed, as buttons that put them in.

use leptos::prelude::*;

/// The island.
#[island]
pub fn FieldHints() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    {
        use super::dom;

        if let Some(document) = dom::document() {
            dom::listen(&document, "input", |event: web_sys::Event| {
                event.target().into_iter().for_each(list);
            });
            dom::listen(&document, "click", |event: web_sys::MouseEvent| {
                event.target().into_iter().for_each(put_in);
            });
        }
    }
}

/// Lists what fits below the text that is typed into.
#[cfg(feature = "hydrate")]
fn list(target: web_sys::EventTarget) {
    use wasm_bindgen::JsCast as _;

    let Ok(area) = target.dyn_into::<web_sys::HtmlTextAreaElement>() else { return };
    let Some(document) = super::dom::document() else { return };
    let selector = format!("[data-fields-for='{}']", area.id());
    let Ok(Some(hints)) = document.query_selector(&selector) else { return };
    let fields = hints.get_attribute("data-fields").unwrap_or_default();
    let (_, fits) = super::completion::completions(&fields, &before_caret(&area));
    hints.set_inner_html("");
    for field in &fits {
        let Ok(button) = document.create_element("button") else { return };
        button.set_class_name("button quiet");
        let _ = button.set_attribute("type", "button");
        let _ = button.set_attribute("data-field", field);
        button.set_text_content(Some(field));
        let _ = hints.append_child(&button);
    }
    let _ = if fits.is_empty() {
        hints.set_attribute("hidden", "")
    } else {
        hints.remove_attribute("hidden")
    };
}

/// Puts the field of a button in the place of the word that was begun.
#[cfg(feature = "hydrate")]
fn put_in(target: web_sys::EventTarget) {
    use wasm_bindgen::JsCast as _;

    let Ok(button) = target.dyn_into::<web_sys::Element>() else { return };
    let Some(field) = button.get_attribute("data-field") else { return };
    let Ok(Some(hints)) = button.closest("[data-fields-for]") else { return };
    let Some(document) = super::dom::document() else { return };
    let id = hints.get_attribute("data-fields-for").unwrap_or_default();
    let Some(area) = document.get_element_by_id(&id) else { return };
    let Ok(area) = area.dyn_into::<web_sys::HtmlTextAreaElement>() else { return };
    let before = before_caret(&area);
    let fields = hints.get_attribute("data-fields").unwrap_or_default();
    let (word, _) = super::completion::completions(&fields, &before);
    let value = area.value();
    let after = value.strip_prefix(&before).unwrap_or_default();
    let kept = before.strip_suffix(&word).unwrap_or(&before);
    area.set_value(&format!("{kept}{field}{after}"));
    let caret = u32::try_from(format!("{kept}{field}").encode_utf16().count()).unwrap_or(0);
    let _ = area.focus();
    let _ = area.set_selection_range(caret, caret);
    hints.set_inner_html("");
    let _ = hints.set_attribute("hidden", "");
    super::dom::announce(&field);
}

/// The text before the caret.
#[cfg(feature = "hydrate")]
fn before_caret(area: &web_sys::HtmlTextAreaElement) -> String {
    let units: Vec<u16> = area.value().encode_utf16().collect();
    let at = area.selection_start().ok().flatten().and_then(|at| usize::try_from(at).ok());
    let at = at.unwrap_or(units.len()).min(units.len());
    String::from_utf16_lossy(&units[..at])
}
