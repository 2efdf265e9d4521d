//! The one answer to an act, around the server functions: people go back to the page with a message
//! or get the page with what was wrong, programs get a status with a problem.
//!
//! A server function answers data. Left alone, Leptos would send whoever posted a form without
//! scripts back to the page with the error in its address; here the function is asked as a program
//! would, and what it says is put on the page. Nothing of it is kept: the message of an act that was
//! done goes with the reader, in a signed cookie, and a refused form is answered by its own page.

use std::{pin::Pin, sync::Arc};

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Redirect, Response},
};
use engine::Error;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri,
    header::{ACCEPT, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HOST, REFERER, SET_COOKIE},
};
use leptos::server_fn::ContentType as _;
use uuid::Uuid;

use super::{
    flash::{self, Flash},
    refused::Refused,
};
use crate::{
    actions::{self, Done},
    auth::Visitor,
    form::UrlEncoded,
    form_draft::FormDraft,
    http::answering::Answering,
    state::{Portal, Progress},
    urls::{ENDED, local_path, login_for, wants_html},
};

/// The largest form, in bytes: a recorded journey takes some room.
const FORM_MAX: usize = 2 * 1024 * 1024;
/// The largest answer of a server function.
const ANSWER_MAX: usize = 1024 * 1024;

/// The page a form was sent from, as the islands name it; its own changes are not told to it.
pub const PAGE: HeaderName = HeaderName::from_static("x-page");
/// Where the islands go next, where that is another page.
pub const GO: HeaderName = HeaderName::from_static("x-go");

/// Renders the page a request asks for.
pub type Render =
    Arc<dyn Fn(Request) -> Pin<Box<dyn Future<Output = Response> + Send>> + Send + Sync>;

/// What the answers are made of.
#[derive(Clone)]
pub struct Forms {
    /// The interface's state.
    pub portal: Portal,
    /// Its pages.
    pub render: Render,
}

/// Who sent a form, and how.
struct Sender {
    visitor: Visitor,
    headers: HeaderMap,
    extensions: http::Extensions,
    /// Whether the act needs nobody signed in.
    open: bool,
    /// The page the form stood on.
    back: String,
    draft: FormDraft,
}

/// Answers an act; lets everything else pass.
pub async fn form_response(State(forms): State<Forms>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !path.starts_with("/act/") {
        return next.run(request).await;
    }
    let html = wants_html(request.headers());
    if html && request.method() == Method::GET {
        // Whoever opens the address of a form's answer looks for a page.
        return Redirect::to("/").into_response();
    }
    let open = actions::is_open(path);
    let (mut parts, body) = request.into_parts();
    let mut sender = Sender {
        visitor: parts.extensions.get::<Visitor>().cloned().unwrap_or_default(),
        back: back(&parts.uri, &parts.headers),
        headers: parts.headers.clone(),
        extensions: parts.extensions.clone(),
        open,
        draft: FormDraft::default(),
    };
    if parts.method == Method::POST && sender.visitor.person.is_none() && !open {
        // Whoever is not known learns nothing of what a form takes.
        return stranger(html, &sender.back);
    }
    let body = match form(&parts.headers, body).await {
        Ok(body) => body,
        Err(refusal) => return forms.refused(sender, refusal.into(), html).await,
    };
    sender.draft = FormDraft::of(parts.uri.path().rsplit('/').next().unwrap_or_default(), &body);
    // Asked for data, a server function redirects nobody.
    parts.headers.remove(ACCEPT);
    parts.headers.remove(REFERER);
    let page = parts.headers.get(PAGE).and_then(|id| id.to_str().ok()?.parse().ok());
    let asked = next.run(Request::from_parts(parts, Body::from(body)));
    let asked = engine::progress::told_to(forms.progress_to(page), asked);
    let answer = engine::origin::scope(page, asked).await;
    let (parts, body) = answer.into_parts();
    let Ok(said) = to_bytes(body, ANSWER_MAX).await else {
        let why = Error::Internal("a server function's answer is too long".into());
        return forms.refused(sender, why.into(), html).await;
    };
    let mut response = if parts.status.is_success()
        && let Ok(done) = serde_json::from_slice::<Done>(&said)
    {
        forms.done(sender, done, html).await
    } else if let Ok(refused) = serde_json::from_slice::<Refused>(&said) {
        forms.refused(sender, refused, html).await
    } else {
        // No server function's answer, such as that a method is not allowed.
        return Response::from_parts(parts, Body::from(said));
    };
    for cookie in parts.headers.get_all(SET_COOKIE) {
        response.headers_mut().append(SET_COOKIE, cookie.clone());
    }
    response
}

/// The body of a form.
async fn form(headers: &HeaderMap, body: Body) -> Result<axum::body::Bytes, Error> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let body = to_bytes(body, FORM_MAX)
        .await
        .map_err(|_| Error::field("", "The form is larger than 2 MB, or did not arrive whole"))?;
    if !body.is_empty() && !kind.starts_with(UrlEncoded::CONTENT_TYPE) {
        let why = format!("The form must be sent as {}", UrlEncoded::CONTENT_TYPE);
        return Err(Error::field("", why));
    }
    Ok(body)
}

impl Forms {
    /// Tells the page that waits how far its act has come.
    fn progress_to(&self, page: Option<Uuid>) -> engine::progress::Listener {
        let portal = self.portal.clone();
        Arc::new(move |done, all| {
            if let Some(page) = page {
                let said = format!("{done} of {all} checks answered");
                portal.tell_progress(Progress { page, said });
            }
        })
    }

    async fn done(&self, sender: Sender, done: Done, html: bool) -> Response {
        if !html {
            return Json(serde_json::json!({ "message": done.said })).into_response();
        }
        if let Some(token) = done.reveal {
            let to = done.to.unwrap_or_else(|| sender.back.clone());
            let mut extensions = sender.extensions.clone();
            extensions.insert(token);
            let sender = Sender { extensions, draft: FormDraft::default(), ..sender };
            return self.page(&sender, &to, done.said, done.good).await;
        }
        let elsewhere = done.to.is_some();
        let mut to = done.to.unwrap_or(sender.back);
        if let Some(anchor) = done.anchor {
            to.push('#');
            to.push_str(&anchor);
        }
        let mut response = match HeaderValue::from_str(&to) {
            // An island that has to leave the page reads the next one only when it is there.
            Ok(to) if elsewhere && sender.headers.contains_key(PAGE) => {
                (StatusCode::NO_CONTENT, [(GO, to)]).into_response()
            }
            _ => Redirect::to(&to).into_response(),
        };
        // A key that cannot be read costs only the message.
        if let Ok(key) = self.portal.cookie_key().await {
            let (now, secure) = (self.portal.engine.now(), self.portal.is_secure());
            if let Some(cookie) = flash::cookie(key, done.good, &done.said, now, secure) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
        }
        response
    }

    async fn refused(&self, sender: Sender, refused: Refused, html: bool) -> Response {
        if !html {
            return refused.into_response();
        }
        let door = matches!(sender.back.split('?').next(), Some("/login" | "/setup"));
        let known = sender.visitor.person.is_some();
        let unknown = refused.status() == StatusCode::UNAUTHORIZED;
        if unknown && !sender.open {
            return ended(&sender.back);
        }
        // The doors are for those outside, the other pages for those inside.
        let page = match (known, door) {
            (true, true) => "/",
            (false, false) => "/login",
            _ => &sender.back,
        };
        let mut response = self.page(&sender, page, refused.for_people(), false).await;
        *response.status_mut() = refused.status();
        refused.note_retry(response.headers_mut());
        response
    }

    /// The page at `to`, with a message, as the answer to a form.
    async fn page(&self, sender: &Sender, to: &str, text: String, good: bool) -> Response {
        let flash = Flash { good, text, draft: sender.draft.clone() };
        let response = self.render(sender, to, flash.clone()).await;
        let mut response = if response.status().is_success() || to == "/" {
            response
        } else {
            // The page the form stood on is gone.
            self.render(sender, "/", flash).await
        };
        let never = HeaderValue::from_static("no-store");
        response.headers_mut().insert(CACHE_CONTROL, never);
        response
    }

    async fn render(&self, sender: &Sender, to: &str, flash: Flash) -> Response {
        let uri = to.parse::<Uri>().unwrap_or_else(|_| Uri::from_static("/"));
        let visitor = Visitor {
            flash: Some(flash),
            path: uri.path().to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
            ..sender.visitor.clone()
        };
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = uri;
        *request.headers_mut() = sender.headers.clone();
        request.headers_mut().remove(CONTENT_LENGTH);
        request.headers_mut().remove(CONTENT_TYPE);
        *request.extensions_mut() = sender.extensions.clone();
        request.extensions_mut().insert(visitor);
        // The islands stay at the page's own address and swap what differs.
        if !sender.headers.contains_key(PAGE) {
            request.extensions_mut().insert(Answering);
        }
        (self.render)(request).await
    }
}

/// Answers an act of someone who is not signed in.
fn stranger(html: bool, back: &str) -> Response {
    if html {
        return ended(back);
    }
    Refused::from(Error::Unauthenticated("Sign in first.".into())).into_response()
}

/// The login page that says why it is there.
fn ended(back: &str) -> Response {
    let to = login_for(back, "");
    let joint = if to.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{to}{joint}{ENDED}")).into_response()
}

/// The page the act was done on, where it is one of ours. A page that answers a form has the form's
/// address in the browser, so its own forms name the page.
fn back(uri: &Uri, headers: &HeaderMap) -> String {
    let mut query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    if let Some((_, page)) = query.find(|(name, _)| name == "page")
        && let Some(page) = local_path(&page).filter(|page| !page.starts_with("/act/"))
    {
        return page.to_owned();
    }
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let (Some(referer), Some(host)) = (text(REFERER), text(HOST)) else { return "/".into() };
    let rest = referer.strip_prefix("https://").or_else(|| referer.strip_prefix("http://"));
    let path = rest.and_then(|rest| rest.strip_prefix(host)).and_then(local_path);
    // A fragment would hide the one the answer adds, and a form's own address is no page.
    path.and_then(|path| path.split('#').next())
        .filter(|path| !path.starts_with("/act/"))
        .unwrap_or("/")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_is_only_ever_here() {
        let cases = [
            ("http://127.0.0.1:3000/deployments/1?a=b", "/deployments/1?a=b"),
            ("https://127.0.0.1:3000/history", "/history"),
            ("http://127.0.0.1:3000/act/tick", "/"),
            ("http://127.0.0.1:3000.evil.example/x", "/"),
            ("http://evil.example/x", "/"),
            ("nonsense", "/"),
        ];
        for (referer, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("127.0.0.1:3000"));
            headers.insert(REFERER, HeaderValue::from_static(referer));
            assert_eq!(back(&Uri::from_static("/act/tick"), &headers), expected, "{referer}");
            let named = Uri::from_static("/act/tick?page=/history%3Fq%3Da");
            assert_eq!(back(&named, &headers), "/history?q=a", "{referer}");
            let away = Uri::from_static("/act/tick?page=//evil.example");
            assert_eq!(back(&away, &headers), expected, "{referer}");
        }
    }
}
