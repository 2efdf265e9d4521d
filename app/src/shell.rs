//! The document around every page.

use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use leptos_meta::{HashedStylesheet, MetaTags, provide_meta_context};

use crate::{
    auth::Visitor,
    components::nav::{Help, SiteHeader},
    http::{answering::Answering, security_headers::content_security_policy},
    islands,
    routes::Routes,
};

/// Leptos starts the islands when the browser is idle, however long that takes; a busy page or one
/// in the background may never be. Half a second is enough to wait.
const IDLE_ENDS: &str = "const idle = window.requestIdleCallback; \
    if (idle) window.requestIdleCallback = (run, options) => \
    idle.call(window, run, { timeout: 500, ...options });";

/// The document.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    provide_meta_context();
    let visitor = Visitor::here();
    if let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce())
        && let Some(policy) = content_security_policy(&nonce)
    {
        response.insert_header(http::header::CONTENT_SECURITY_POLICY, policy);
    }
    let known = visitor.person.is_some();
    // The answer to a form is a page under the form's address; the islands put its own there.
    let page = Answering::here().then(|| match &*visitor.query {
        "" => visitor.path.clone(),
        query => format!("{}?{query}", visitor.path),
    });
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=visitor.theme.attribute()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <HashedStylesheet options=options.clone() id="style"/>
                {known.then(|| view! {
                    <script nonce=use_nonce() inner_html=IDLE_ENDS></script>
                    <HydrationScripts options islands=true/>
                })}
                <MetaTags/>
            </head>
            <body data-page=page>
                {known.then(|| view! {
                    <a class="skip-link" href="#main">"Skip to content"</a>
                    <SiteHeader visitor=visitor.clone()/>
                })}
                <Routes/>
                {known.then(|| view! {
                    <Help/>
                    <div class="sr-only" id="announce" role="status" aria-live="polite"></div>
                    <div class="toasts" id="toasts" role="region" aria-label="Messages"></div>
                    <islands::LiveRegions/>
                    <islands::LocalTime/>
                    <islands::Keyboard/>
                    <islands::CommandPalette/>
                    <islands::CopyButtons/>
                    <islands::FieldHints/>
                })}
            </body>
        </html>
    }
}
