//! Who is looking. A session holds a person's id; every page but the first two asks for one.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use domain::actor::{Actor, Person};
use engine::{Engine, Error, people::SignedIn};
use http::{
    Method,
    header::{CONTENT_TYPE, SET_COOKIE},
};
use leptos::prelude::use_context;
use tower_sessions::Session;

use crate::{
    http::{
        flash::{self, Flash},
        refused::problem,
    },
    state::Portal,
    theme::Theme,
    urls::{login_for, wants_html},
};

/// The session's key of who signed in.
pub const SIGNED_IN: &str = "signed_in";

/// Puts a person into a session under a new id, so that one known before does not become theirs.
///
/// # Errors
/// Trouble with the database.
pub async fn remember(session: &Session, signed_in: SignedIn) -> Result<(), Error> {
    let trouble = |error: tower_sessions::session::Error| {
        Error::Internal(format!("keeping a session: {error}"))
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
    pub fn actor(&self) -> Result<Actor, Error> {
        self.person().map(Actor::Person)
    }

    /// The person.
    ///
    /// # Errors
    /// Where nobody is logged in.
    pub fn person(&self) -> Result<Person, Error> {
        self.person.clone().ok_or_else(|| Error::Unauthenticated("Sign in first.".into()))
    }
}

/// Finds out who is looking and sends strangers to the door.
pub async fn identify(State(portal): State<Portal>, mut request: Request, next: Next) -> Response {
    let session = request.extensions().get::<Session>().cloned();
    let person = match &session {
        None => None,
        Some(session) => match person_of(&portal, session).await {
            Ok(person) => person,
            Err(refusal) => return problem(refusal),
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
    let brought = shows && flash::brought(request.headers());
    let flash = match portal.cookie_key().await {
        Ok(key) if brought => flash::read(key, request.headers(), portal.engine.now()),
        _ => None,
    };
    let theme = Theme::of(request.headers());
    request.extensions_mut().insert(Visitor { person, theme, flash, path, query });
    let mut response = next.run(request).await;
    if brought && is_page(&response) {
        response.headers_mut().extend(flash::shown(portal.is_secure()).map(|c| (SET_COOKIE, c)));
    }
    response
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

/// Not a stream, not data.
fn person_page(path: &str) -> bool {
    path != "/events" && path != "/palette.json"
}

/// Whether a session still lets in whom it let in, with the same role. A database that is away for
/// a moment says nothing about anybody.
pub async fn still(engine: &Engine, session: &Session, person: &Person) -> bool {
    // It may have ended since it was read.
    if session.load().await.is_err() {
        return true;
    }
    match session.get::<SignedIn>(SIGNED_IN).await {
        Err(_) => true,
        Ok(None) => false,
        Ok(Some(signed_in)) => match engine.people().find(&signed_in).await {
            Err(_) => true,
            Ok(now) => now.is_some_and(|now| now.role == person.role),
        },
    }
}

async fn person_of(portal: &Portal, session: &Session) -> Result<Option<Person>, Error> {
    let kept = session
        .get::<SignedIn>(SIGNED_IN)
        .await
        .map_err(|error| Error::Internal(format!("reading a session: {error}")))?;
    match kept {
        None => Ok(None),
        Some(signed_in) => portal.engine.people().find(&signed_in).await,
    }
}

/// Where a reader belongs who should not see this page.
async fn door(portal: &Portal, path: &str, query: &str, known: bool) -> Option<Response> {
    if known {
        let inside = path == "/login" || path == "/setup";
        return inside.then(|| Redirect::to("/").into_response());
    }
    if !person_page(path) {
        return Some(problem(Error::Unauthenticated("Sign in first.".into())));
    }
    match portal.engine.people().needs_set_up().await {
        Err(refusal) => Some(problem(refusal)),
        Ok(true) => (path != "/setup").then(|| Redirect::to("/setup").into_response()),
        Ok(false) if path == "/login" => None,
        Ok(false) => Some(Redirect::to(&login_for(path, query)).into_response()),
    }
}
