//! Reading the page again and replacing what changed in it.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, DomParser, Element, Request, RequestInit, Response, SupportedType};

use super::{copy_buttons, dom, local_time, press, sending, ui_state::UiState};

thread_local! {
    /// What this page is called among all that are open: what it does itself is not told to it.
    static PAGE: String = random_id();
    /// Counts what was read and what was shown: an answer that is not the newest is not shown.
    static NEWEST: Cell<u64> = const { Cell::new(0) };
    /// Each region as the server sent it last: what the islands did to it since is no change.
    static LAST: RefCell<BTreeMap<String, String>> = const { RefCell::new(BTreeMap::new()) };
}

/// Fetches the page as it stands now, without taking the message that waits for the reader.
pub async fn refresh() {
    let Some(window) = dom::window() else { return };
    let Ok(here) = window.location().href() else { return };
    let this = newer();
    let Some(response) = fetch(&here, &RequestInit::new(), true).await else { return };
    if response.ok()
        && !response.redirected()
        && let Some(page) = parsed(&response).await
    {
        press::released().await;
        // What came of a form meanwhile, or comes soon, is newer.
        if NEWEST.get() == this && !sending::is_sending() {
            apply(&page, None);
        }
    }
}

fn newer() -> u64 {
    NEWEST.set(NEWEST.get() + 1);
    NEWEST.get()
}

/// What this page is called.
pub fn page_id() -> String {
    PAGE.with(Clone::clone)
}

/// A random UUID. The browser's own is only there behind TLS, and nothing secret hangs on this one.
fn random_id() -> String {
    let word = || (js_sys::Math::random() * 4_294_967_296.0) as u32;
    let (a, b, c, d) = (word(), word(), word(), word());
    let (b, c) = (b & 0xffff_0fff | 0x4000, c & 0x3fff_ffff | 0x8000_0000);
    format!("{a:08x}-{:04x}-{:04x}-{:04x}-{:04x}{d:08x}", b >> 16, b & 0xffff, c >> 16, c & 0xffff)
}

/// Fetches a page of the portal.
pub async fn fetch(url: &str, init: &RequestInit, quietly: bool) -> Option<Response> {
    let request = Request::new_with_str_and_init(url, init).ok()?;
    request.headers().set("Accept", "text/html").ok()?;
    if quietly {
        request.headers().set("X-Refresh", "1").ok()?;
    } else {
        request.headers().set("X-Page", &page_id()).ok()?;
    }
    let sent = dom::window()?.fetch_with_request(&request);
    JsFuture::from(sent).await.ok()?.dyn_into().ok()
}

/// The page an answer holds.
pub async fn parsed(response: &Response) -> Option<Document> {
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    DomParser::new().ok()?.parse_from_string(&text, SupportedType::TextHtml).ok()
}

/// Replaces every region that changed. `done` is the form that was sent and accepted.
pub fn apply(page: &Document, done: Option<&Element>) {
    newer();
    let Some(document) = dom::document() else { return };
    let kept = UiState::read(&document, done);
    let theirs = dom::all(page, "[data-live]");
    let name = |region: &Element| region.get_attribute("data-live").unwrap_or_default();
    let names = |regions: &[Element]| regions.iter().map(name).collect::<Vec<_>>();
    let ours = dom::all(&document, "[data-live]");
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
