//! The two elements whose text the library writes as it stands: a page's title and a text area.
//! What people wrote would end them and go on as markup, so both are made here and nowhere else
//! (`tests/interface/markup.rs` holds it), and their text is escaped by us.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page's title.
pub fn page_title(title: &str) -> AnyView {
    view! { <Title text=escape(&format!("{title} · Daytwo"))/> }.into_any()
}

/// What a text area holds, as it stands between its tags.
pub fn area_text(value: &str) -> String {
    // A parser drops the first line break of a text area.
    let kept = if value.starts_with('\n') || value.starts_with("\r\n") { "\n" } else { "" };
    format!("{kept}{}", escape(value))
}

/// Text for an element that holds no markup but knows character references ("escapable raw text"
/// in the HTML standard).
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::{area_text, escape};

    #[test]
    fn text_ends_no_element_and_stays_what_it_is() {
        assert_eq!(escape("</title><b>&lt;"), "&lt;/title>&lt;b>&amp;lt;");
        assert_eq!(area_text("\nsecond line"), "\n\nsecond line");
        assert_eq!(area_text("one\ntwo"), "one\ntwo");
    }
}
