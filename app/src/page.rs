//! How a page is made: ask the engine, set the status, show the answer or why there is none.

use std::future::Future;

use engine::{Engine, Error};
use http::StatusCode;
use leptos::{either::Either, prelude::*};
use leptos_axum::ResponseOptions;

use crate::{
    auth::Visitor,
    components::{flash::FlashLine, raw_text::page_title},
    http::refused::Refused,
};

/// The engine of the page being rendered.
pub fn engine() -> Engine {
    expect_context::<Engine>()
}

/// Asks for a page's content and shows it, or says why it cannot be shown. `show` answers the
/// page's title and its view.
pub fn load<T, F, S>(ask: F, show: S) -> impl IntoView
where
    T: Send + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
    S: FnOnce(T) -> (String, AnyView) + Send + 'static,
{
    let response = use_context::<ResponseOptions>();
    let content = async move {
        match ask.await {
            Ok(found) => {
                let (title, view) = show(found);
                Either::Left(framed(&title, view))
            }
            Err(refusal) => {
                let why = refusal.to_string();
                let status = Refused::from(refusal).status();
                if let Some(response) = response {
                    response.set_status(status);
                }
                Either::Right(oops(status, why))
            }
        }
    };
    view! { <Suspense>{Suspend::new(content)}</Suspense> }
}

/// A page without anything to wait for.
pub fn framed(title: &str, view: AnyView) -> impl IntoView + use<> {
    let flash = Visitor::here().flash;
    view! {
        {page_title(title)}
        <main class="page" id="main">
            <FlashLine flash/>
            {view}
        </main>
    }
}

fn oops(status: StatusCode, why: String) -> impl IntoView {
    let (title, why) = match status {
        StatusCode::NOT_FOUND => ("There is nothing here", why),
        StatusCode::FORBIDDEN => ("This is not yours to see", why),
        _ => (
            "The portal has a problem of its own",
            "What you see is no verdict on your service. Try again; if it stays, the portal’s log says why.".into(),
        ),
    };
    let flash = Visitor::here().flash;
    view! {
        {page_title(title)}
        <main class="page" id="main">
            <FlashLine flash/>
            <div class="oops">
                <p>{status.as_u16()}</p>
                <h1>{title}</h1>
                <p>{why}</p>
                <div class="row"><a class="button primary" href="/">"To the board"</a></div>
            </div>
        </main>
    }
}

/// The page for an address that leads nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(StatusCode::NOT_FOUND);
    }
    let path = Visitor::here().path;
    oops(StatusCode::NOT_FOUND, format!("No page has the address {path}."))
}
