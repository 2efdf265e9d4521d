//! Reading the page again and replacing what changed in it.

use std::{cell::RefCell, collections::BTreeMap};

use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, DomParser, Element, Request, RequestInit, Response, SupportedType};

use super::{browser, copy_buttons, kept::Kept, local_time};

thread_local! {
    /// Each region as the server sent it last: what the islands did to it since is no change.
    static LAST: RefCell<BTreeMap<String, String>> = const { RefCell::new(BTreeMap::new()) };
}

/// Fetches the page as it stands now, without taking the message that waits for the reader.
pub async fn refresh() {
    let Some(window) = browser::window() else { return };
    let Ok(here) = window.location().href() else { return };
    let Some(response) = fetch(&here, &RequestInit::new(), true).await else { return };
    if response.ok()
        && !response.redirected()
        && let Some(page) = parsed(&response).await
    {
        apply(&page, None);
    }
}

/// Fetches a page of the portal.
pub async fn fetch(url: &str, init: &RequestInit, quietly: bool) -> Option<Response> {
    let request = Request::new_with_str_and_init(url, init).ok()?;
    request.headers().set("Accept", "text/html").ok()?;
    if quietly {
        request.headers().set("X-Refresh", "1").ok()?;
    }
    let sent = browser::window()?.fetch_with_request(&request);
    JsFuture::from(sent).await.ok()?.dyn_into().ok()
}

/// The page an answer holds.
pub async fn parsed(response: &Response) -> Option<Document> {
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    DomParser::new().ok()?.parse_from_string(&text, SupportedType::TextHtml).ok()
}

/// Replaces every region that changed. `done` is the form that was sent and accepted.
pub fn apply(page: &Document, done: Option<&Element>) {
    let Some(document) = browser::document() else { return };
    let kept = Kept::read(&document, done);
    let theirs = browser::all(page, "[data-live]");
    let name = |region: &Element| region.get_attribute("data-live").unwrap_or_default();
    let names = |regions: &[Element]| regions.iter().map(name).collect::<Vec<_>>();
    let ours = browser::all(&document, "[data-live]");
    if names(&ours) == names(&theirs) {
        for (old, new) in ours.iter().zip(&theirs) {
            let html = new.outer_html();
            let known = LAST.with_borrow_mut(|last| last.insert(name(new), html.clone()));
            if known.as_ref() != Some(&html) {
                replace(old, new);
            }
        }
    } else if let (Some(old), Some(new)) =
        (document.get_element_by_id("main"), page.get_element_by_id("main"))
    {
        // Another page in all but its address: a card came or went.
        LAST.with_borrow_mut(BTreeMap::clear);
        replace(&old, &new);
    }
    local_time::localise();
    copy_buttons::show();
    kept.restore(&document);
}

/// Attributes and content: a region's state is an attribute of its own element.
fn replace(old: &Element, new: &Element) {
    let names = |element: &Element| element.get_attribute_names().to_vec();
    for attribute in names(old).iter().filter_map(JsValue::as_string) {
        if !new.has_attribute(&attribute) {
            let _ = old.remove_attribute(&attribute);
        }
    }
    for attribute in names(new).iter().filter_map(JsValue::as_string) {
        let value = new.get_attribute(&attribute).unwrap_or_default();
        let _ = old.set_attribute(&attribute, &value);
    }
    old.set_inner_html(&new.inner_html());
}
