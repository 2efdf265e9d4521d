//! Buttons that copy a command. The server renders them hidden: without scripts there are none.

use leptos::prelude::*;

/// The island.
#[island]
pub fn CopyButtons() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    {
        use super::dom;
        use wasm_bindgen::JsCast as _;

        show();
        if let Some(document) = dom::document() {
            dom::listen(&document, "click", |event: web_sys::MouseEvent| {
                let target = event.target().and_then(|target| {
                    target.dyn_into::<web_sys::Element>().ok()?.closest("[data-copy]").ok()?
                });
                if let Some(button) = target {
                    wasm_bindgen_futures::spawn_local(copy(button));
                }
            });
        }
    }
}

/// Shows the buttons where the browser lets a page copy.
#[cfg(feature = "hydrate")]
pub fn show() {
    use super::dom;

    let can = dom::window()
        .is_some_and(|window| !dom::get(&window.navigator(), "clipboard").is_undefined());
    let Some(document) = dom::document() else { return };
    if can {
        for button in dom::all(&document, "[data-copy][hidden]") {
            let _ = button.remove_attribute("hidden");
        }
    }
}

#[cfg(feature = "hydrate")]
async fn copy(button: web_sys::Element) {
    use super::dom;

    let text = button.get_attribute("data-copy").unwrap_or_default();
    let Some(window) = dom::window() else { return };
    let copied =
        wasm_bindgen_futures::JsFuture::from(window.navigator().clipboard().write_text(&text))
            .await;
    let before = button.inner_html();
    let said = if copied.is_ok() { "Copied" } else { "Not copied" };
    button.set_text_content(Some(said));
    dom::announce(said);
    dom::after(1_500, move || button.set_inner_html(&before));
}
