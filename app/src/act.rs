//! An act as a page's form sends it.

use axum::{
    Form,
    body::{Body, Bytes},
    extract::{FromRequest, Request},
    response::{IntoResponse as _, Response},
};
use domain::who::{Person, Who};
use engine::{Engine, Refusal};
use http::HeaderMap;
use serde::de::DeserializeOwned;
use tower_sessions::Session;

use crate::{
    answer::{self, Done},
    auth::Visitor,
    portal::Portal,
    typed::Typed,
};

/// A form anyone may send.
#[derive(Debug)]
pub struct OpenAct<T> {
    /// What the portal does.
    pub engine: Engine,
    /// The sender's session.
    pub session: Session,
    /// Their request's headers.
    pub headers: HeaderMap,
    /// What they filled in.
    pub form: T,
    person: Option<Person>,
    typed: Typed,
}

/// A form that only someone logged in may send.
#[derive(Debug)]
pub struct Act<T> {
    /// What the portal does.
    pub engine: Engine,
    /// Who acts.
    pub who: Who,
    /// What they filled in.
    pub form: T,
    /// Their session.
    pub session: Session,
    headers: HeaderMap,
    typed: Typed,
}

impl<T> OpenAct<T> {
    /// Answers it.
    pub async fn answer(&self, result: Result<Done, Refusal>) -> Response {
        answer::answer(&self.headers, &self.session, result, &self.typed).await
    }
}

impl<T> Act<T> {
    /// The person who acts.
    ///
    /// # Errors
    /// Where it is no person; the extractor lets none through.
    pub fn person(&self) -> Result<&Person, Refusal> {
        match &self.who {
            Who::Person(person) => Ok(person),
            _ => Err(Refusal::Unauthenticated("Sign in first.".into())),
        }
    }

    /// Answers it.
    pub async fn answer(&self, result: Result<Done, Refusal>) -> Response {
        answer::answer(&self.headers, &self.session, result, &self.typed).await
    }
}

impl<T: DeserializeOwned + Send> FromRequest<Portal> for OpenAct<T> {
    type Rejection = Response;

    async fn from_request(request: Request, portal: &Portal) -> Result<Self, Response> {
        let headers = request.headers().clone();
        let Some(session) = request.extensions().get::<Session>().cloned() else {
            let missing = "the session layer is missing in front of the interface".into();
            return Err(answer::problem(&Refusal::Internal(missing)));
        };
        let person =
            request.extensions().get::<Visitor>().and_then(|visitor| visitor.person.clone());
        let (parts, body) = request.into_parts();
        let body = match Bytes::from_request(Request::new(body), portal).await {
            Ok(body) => body,
            Err(rejection) => return Err(rejection.into_response()),
        };
        let typed = Typed::of(&body);
        let request = Request::from_parts(parts, Body::from(body));
        match Form::<T>::from_request(request, portal).await {
            Ok(Form(form)) => {
                let engine = portal.engine.clone();
                Ok(Self { engine, session, headers, form, person, typed })
            }
            Err(rejection) => {
                // Whoever is not known learns nothing of what a form takes.
                if person.is_none() {
                    return Err(answer::stranger(&headers));
                }
                let refusal = Refusal::field("", rejection.body_text());
                Err(answer::answer(&headers, &session, Err(refusal), &typed).await)
            }
        }
    }
}

impl<T: DeserializeOwned + Send> FromRequest<Portal> for Act<T> {
    type Rejection = Response;

    async fn from_request(request: Request, portal: &Portal) -> Result<Self, Response> {
        let OpenAct { engine, session, headers, form, person, typed } =
            OpenAct::from_request(request, portal).await?;
        match person {
            Some(person) => {
                let who = Who::Person(person);
                Ok(Self { engine, who, form, session, headers, typed })
            }
            None => Err(answer::stranger(&headers)),
        }
    }
}
