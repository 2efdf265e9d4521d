//! Who is looking. A session holds a person's id; every page but the first two asks for one.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use domain::who::{Person, Who};
use engine::{Refusal, people::SignedIn};
use http::{HeaderMap, Method, header::ACCEPT};
use leptos::prelude::use_context;
use tower_sessions::Session;

use crate::{
    answer,
    flash::{self, Flash},
    portal::Portal,
    theme::Theme,
};

/// The session's key of who signed in.
const SIGNED_IN: &str = "signed_in";

/// Puts a person into a session under a new id, so that one known before does not become theirs.
///
/// # Errors
/// Trouble with the database.
pub async fn remember(session: &Session, signed_in: SignedIn) -> Result<(), Refusal> {
    let trouble = |error: tower_sessions::session::Error| {
        Refusal::Internal(format!("keeping a session: {error}"))
    };
    session.cycle_id().await.map_err(trouble)?;
    session.insert(SIGNED_IN, signed_in).await.map_err(trouble)
}

/// Set by the island that fetches a page only to refresh it: the message is not for it.
pub const REFRESH: &str = "x-refresh";

/// Who is looking, and at what.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    /// The person, where someone is logged in.
    pub person: Option<Person>,
    /// The theme they chose.
    pub theme: Theme,
    /// What came of their last act.
    pub flash: Option<Flash>,
    /// The path of the page.
    pub path: String,
    /// Its query.
    pub query: String,
}

impl Visitor {
    /// Who is looking at the page being rendered.
    pub fn here() -> Self {
        use_context::<http::request::Parts>()
            .and_then(|parts| parts.extensions.get::<Self>().cloned())
            .unwrap_or_default()
    }

    /// The person as an actor.
    ///
    /// # Errors
    /// Where nobody is logged in.
    pub fn who(&self) -> Result<Who, Refusal> {
        self.person().map(Who::Person)
    }

    /// The person.
    ///
    /// # Errors
    /// Where nobody is logged in.
    pub fn person(&self) -> Result<Person, Refusal> {
        self.person.clone().ok_or_else(|| Refusal::Unauthenticated("Sign in first.".into()))
    }
}

/// Whether the client wants a page rather than data.
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|accept| accept.contains("text/html"))
}

/// Finds out who is looking and sends strangers to the door.
pub async fn identify(State(portal): State<Portal>, mut request: Request, next: Next) -> Response {
    let session = request.extensions().get::<Session>().cloned();
    let person = match &session {
        None => None,
        Some(session) => match person_of(&portal, session).await {
            Ok(person) => person,
            Err(refusal) => return answer::problem(&refusal),
        },
    };
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads && let Some(elsewhere) = door(&portal, &path, &query, person.is_some()).await {
        return elsewhere;
    }
    let shows = reads
        && person_page(&path)
        && wants_html(request.headers())
        && !request.headers().contains_key(REFRESH);
    let flash = match session {
        Some(session) if shows => flash::take(&session).await,
        _ => None,
    };
    let theme = Theme::of(request.headers());
    request.extensions_mut().insert(Visitor { person, theme, flash, path, query });
    next.run(request).await
}

/// Not a stream, not data.
fn person_page(path: &str) -> bool {
    path != "/events" && path != "/palette.json"
}

async fn person_of(portal: &Portal, session: &Session) -> Result<Option<Person>, Refusal> {
    let kept = session
        .get::<SignedIn>(SIGNED_IN)
        .await
        .map_err(|error| Refusal::Internal(format!("reading a session: {error}")))?;
    match kept {
        None => Ok(None),
        Some(signed_in) => portal.engine.person(&signed_in).await,
    }
}

/// Where a reader belongs who should not see this page.
async fn door(portal: &Portal, path: &str, query: &str, known: bool) -> Option<Response> {
    if known {
        let inside = path == "/login" || path == "/setup";
        return inside.then(|| Redirect::to("/").into_response());
    }
    if !person_page(path) {
        let refusal = Refusal::Unauthenticated("Sign in first.".into());
        return Some(answer::problem(&refusal));
    }
    match portal.engine.needs_set_up().await {
        Err(refusal) => Some(answer::problem(&refusal)),
        Ok(true) => (path != "/setup").then(|| Redirect::to("/setup").into_response()),
        Ok(false) if path == "/login" => None,
        Ok(false) => Some(Redirect::to(&login_for(path, query)).into_response()),
    }
}

/// The query of a login page that an act led to: nobody is signed in any more.
pub const ENDED: &str = "ended=1";

/// The login page that leads back here.
pub fn login_for(path: &str, query: &str) -> String {
    if path == "/" || path == "/login" || path == "/setup" {
        return "/login".into();
    }
    let mut next = path.to_owned();
    if !query.is_empty() {
        next.push('?');
        next.push_str(query);
    }
    format!("/login?next={}", encode(&next))
}

/// Percent-encodes all but what is safe anywhere in a query.
pub fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A path on this portal, for going back to; `None` for anything that leads elsewhere.
pub fn local_path(text: &str) -> Option<&str> {
    let leads_away = text.starts_with("//") || text.contains('\\');
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    (text.starts_with('/') && !leads_away && plain).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn login_leads_back() {
        assert_eq!(login_for("/", ""), "/login");
        assert_eq!(login_for("/history", "q=a b&x=1"), "/login?next=/history%3Fq%3Da%20b%26x%3D1");
    }

    #[test]
    fn only_paths_of_this_portal_are_followed() {
        assert_eq!(local_path("/deployments/1?x=2#y"), Some("/deployments/1?x=2#y"));
        for elsewhere in
            ["//evil.example", "https://evil.example", "/\\evil.example", "x", "", "/a b"]
        {
            assert_eq!(local_path(elsewhere), None, "{elsewhere}");
        }
    }
}
