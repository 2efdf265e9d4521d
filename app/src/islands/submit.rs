//! Sending a form without leaving the page.

use std::cell::RefCell;

use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{
    Document, Element, FormData, HtmlFormElement, RequestInit, SubmitEvent, UrlSearchParams,
};

use super::{dom, page_refresh, press, sending};

thread_local! {
    /// The button that waits.
    static BUSY: RefCell<Option<Element>> = const { RefCell::new(None) };
}

/// Takes over a form that asks for it.
pub fn submitted(event: &SubmitEvent) {
    let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
    let Some(form) = form.filter(|form| form.has_attribute("data-enhance")) else { return };
    event.prevent_default();
    if !sending::begin() {
        dom::toast(false, "What you did before is still under way. Try again when it is done.");
        return;
    }
    let button = event
        .submitter()
        .map(Element::from)
        .or_else(|| form.query_selector("button").ok().flatten());
    wasm_bindgen_futures::spawn_local(async move {
        let before = button.as_ref().map(busy);
        let answered = send(&form).await;
        sending::end();
        BUSY.set(None);
        if let (Some(button), Some(before)) = (&button, before) {
            let _ = button.remove_attribute("aria-busy");
            button.set_inner_html(&before);
        }
        match answered {
            // Another form may be sent by the very press that is waited for.
            Ok(Some(page)) => {
                press::released().await;
                show(&page, &form);
            }
            Ok(None) => {}
            Err(said) => {
                dom::toast(false, &said);
                // It may have been done all the same, and what this page does is not told to it.
                page_refresh::refresh().await;
            }
        }
    });
}

/// Shows that it is at work; answers what stood on the button.
fn busy(button: &Element) -> String {
    let before = button.inner_html();
    BUSY.set(Some(button.clone()));
    let _ = button.set_attribute("aria-busy", "true");
    if let Some(text) = button.get_attribute("data-busy") {
        button.set_text_content(Some(&text));
        dom::announce(&text);
    }
    before
}

/// Says on the button that waits how far its act has come.
pub fn progressed(said: &str) {
    BUSY.with_borrow(|button| {
        if let Some(button) = button {
            button.set_text_content(Some(said));
        }
    });
}

/// Sends a form; answers the page that came of it, where this page shows it.
async fn send(form: &HtmlFormElement) -> Result<Option<Document>, String> {
    const UNREACHABLE: &str =
        "The portal cannot be reached; nothing was changed. Check the connection and try again.";
    let data = FormData::new_with_form(form).map_err(|_| UNREACHABLE.to_owned())?;
    // The constructor takes anything that yields pairs.
    let pairs = UrlSearchParams::new_with_str_sequence_sequence(&data)
        .map_err(|_| UNREACHABLE.to_owned())?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&JsValue::from(pairs));
    let action = form.get_attribute("action").unwrap_or_default();
    let response =
        page_refresh::fetch(&action, &init, false).await.ok_or_else(|| UNREACHABLE.to_owned())?;
    let (Some(window), to) = (dom::window(), response.url()) else { return Ok(None) };
    let here = window.location().href().unwrap_or_default();
    if let Ok(Some(to)) = response.headers().get("X-Go") {
        let _ = window.location().assign(&to);
        return Ok(None);
    }
    if response.redirected() && page_of(&here) != page_of(&to) {
        let _ = window.location().assign(&to);
        return Ok(None);
    }
    let kind = response.headers().get("Content-Type").ok().flatten().unwrap_or_default();
    let page =
        if kind.starts_with("text/html") { page_refresh::parsed(&response).await } else { None };
    // A form that was refused is answered by its page, with the reason on it.
    let shown = page.filter(|page| response.ok() || has_message(page));
    shown.map(Some).ok_or_else(|| {
        let status = response.status();
        format!("The portal answered {status}; look again and repeat.")
    })
}

fn has_message(page: &Document) -> bool {
    matches!(page.query_selector("[data-live=flash] .flash"), Ok(Some(_)))
}

fn page_of(url: &str) -> &str {
    url.split('#').next().unwrap_or_default()
}

/// Shows what came of it: the message over the page, the rest in its place.
fn show(page: &Document, form: &Element) {
    let flash = page.query_selector("[data-live=flash] .flash").ok().flatten();
    let good = flash
        .as_ref()
        .is_none_or(|flash| flash.get_attribute("data-tone").as_deref() == Some("ok"));
    let said = flash.as_ref().and_then(|flash| flash.text_content()).unwrap_or_default();
    if let Some(flash) = flash {
        flash.remove();
    }
    // The form is still there as it was filled in.
    if let Ok(Some(typed)) = page.query_selector("[data-live=flash] .typed") {
        typed.remove();
    }
    page_refresh::apply(page, good.then_some(form));
    if !said.is_empty() {
        dom::toast(good, said.trim());
    }
}
