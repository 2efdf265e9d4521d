//! A form as a page sends it: how its fields are read, and who sent it.
//!
//! A server function names its fields as arguments and takes them as [`Form`]; an argument that a
//! browser leaves out, such as a box that is not ticked, is `#[server(default)]`. Where names come
//! more than once, as in rows, the function takes all [`Fields`](crate::fields::Fields).

use std::fmt;

use domain::{
    actor::{Actor, Person},
    ids::RunId,
};
use engine::{Engine, Error};
use leptos::{
    prelude::use_context,
    server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType, ServerFn, codec::Post},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tower_sessions::Session;

use crate::{
    auth::Visitor,
    http::{answering::Answering, refused::Refused},
    urls::encode,
};

/// How arguments come: as the fields of a form, in the body of a POST. Leptos' own `PostUrl` reads
/// brackets in names as structure and a name that comes twice as a fault.
pub type Form = Post<UrlEncoded>;

/// Fields as browsers write them.
#[derive(Debug, Clone, Copy)]
pub struct UrlEncoded;

impl ContentType for UrlEncoded {
    const CONTENT_TYPE: &'static str = "application/x-www-form-urlencoded";
}

impl FormatType for UrlEncoded {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for UrlEncoded {
    type Error = serde_urlencoded::ser::Error;

    fn encode(fields: &T) -> Result<Bytes, Self::Error> {
        serde_urlencoded::to_string(fields).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for UrlEncoded {
    type Error = serde_urlencoded::de::Error;

    fn decode(body: Bytes) -> Result<T, Self::Error> {
        serde_urlencoded::from_bytes(&body)
    }
}

/// A field nobody should find in a log: what it holds is not printed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// The run a form is about, as an argument `#[server(flatten)]`. Forms and scripts that know only
/// deployments may call it so.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct OfRun {
    /// The run: that of a deployment or of a duty.
    #[serde(alias = "deployment")]
    pub run: RunId,
}

/// The address a page's forms are sent to for an act. A page that itself answers a form names where
/// it belongs, since what the browser calls its address is the form's.
pub fn action<F: ServerFn>() -> String {
    let url = F::url();
    if !Answering::here() {
        return url.to_owned();
    }
    let Visitor { path, query, .. } = Visitor::here();
    let page = if query.is_empty() { path } else { format!("{path}?{query}") };
    format!("{url}?page={}", encode(&page))
}

/// Who sent a form, and what does what it asks for.
#[derive(Debug, Clone)]
pub struct Act {
    /// What the portal does.
    pub engine: Engine,
    /// Who acts, as the engine knows them.
    pub actor: Actor,
    /// Who acts.
    pub person: Person,
    /// Their session.
    pub session: Session,
}

impl Act {
    /// The act of the request being answered, by someone who is signed in.
    ///
    /// # Errors
    /// Where nobody is.
    pub fn here() -> Result<Self, Refused> {
        let OpenAct { engine, session } = OpenAct::here()?;
        let person = Visitor::here().person()?;
        Ok(Self { engine, actor: Actor::Person(person.clone()), person, session })
    }
}

/// An act that anyone may do.
#[derive(Debug, Clone)]
pub struct OpenAct {
    /// What the portal does.
    pub engine: Engine,
    /// The sender's session.
    pub session: Session,
}

impl OpenAct {
    /// The act of the request being answered.
    ///
    /// # Errors
    /// Where the interface was put together without its layers.
    pub fn here() -> Result<Self, Refused> {
        let missing = |what: &str| Error::Internal(format!("{what} is missing for an act"));
        let engine = use_context::<Engine>().ok_or_else(|| missing("the engine"))?;
        let session = use_context::<http::request::Parts>()
            .and_then(|parts| parts.extensions.get::<Session>().cloned())
            .ok_or_else(|| missing("the session"))?;
        Ok(Self { engine, session })
    }
}
