//! Keeps relative times fresh and adds the reader's own zone to exact ones.

use leptos::prelude::*;

/// The island.
#[island]
pub fn LocalTime() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    {
        localise();
        super::dom::every(30_000, localise);
    }
}

/// Goes over all times of the page.
#[cfg(feature = "hydrate")]
pub fn localise() {
    use js_sys::Date;
    use wasm_bindgen::JsCast as _;

    use super::{dom, relative::relative};

    let Some(document) = dom::document() else { return };
    let now = Date::now();
    for time in dom::all(&document, "time[datetime]") {
        let Some(text) = time.get_attribute("datetime") else { continue };
        let at = Date::parse(&text);
        if at.is_nan() {
            continue;
        }
        if time.has_attribute("data-relative") {
            #[expect(clippy::cast_possible_truncation, reason = "seconds between two dates")]
            let ahead = ((at - now) / 1_000.0) as i64;
            let said = relative(ahead);
            if time.text_content().as_deref() != Some(&said) {
                time.set_text_content(Some(&said));
            }
        }
        if time.has_attribute("title") && !time.has_attribute("data-zoned") {
            let date = Date::new(&at.into());
            let zoned = dom::get(&date, "toLocaleString")
                .dyn_ref::<js_sys::Function>()
                .and_then(|function| function.call0(&date).ok()?.as_string());
            if let (Some(zoned), Some(utc)) = (zoned, time.get_attribute("title")) {
                let _ = time.set_attribute("title", &format!("{utc}\n{zoned} here"));
                let _ = time.set_attribute("data-zoned", "");
            }
        }
    }
}
