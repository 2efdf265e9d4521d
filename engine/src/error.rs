//! What an act is refused with. Each refusal is a sentence that says what to change; the HTTP API
//! and the pages show it as it stands. Only [`Error::Store`] is trouble of our own.

use domain::{item_permissions::ItemRefusal, permissions::Denied, sign_off::SignOffRefusal};
use serde::{Deserialize, Serialize};
use store::StoreError;
use thiserror::Error;

/// A field at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// A JSON pointer to it, such as `/version`.
    pub pointer: String,
    /// What to change, as the end of a sentence that begins with the field.
    pub message: String,
}

/// Why an act was refused.
#[derive(Debug, Error)]
pub enum Error {
    /// There is no such thing.
    #[error("There is no {what} `{name}`.")]
    NotFound {
        /// The kind of thing.
        what: &'static str,
        /// What was asked for.
        name: String,
    },
    /// Fields are at fault.
    #[error("{}", sentence(.0))]
    Invalid(Vec<FieldError>),
    /// The present state forbids it.
    #[error("{detail}")]
    Conflict {
        /// Why.
        detail: String,
        /// The keys of the boxes that block, where boxes do.
        open: Vec<String>,
    },
    /// This actor may not.
    #[error("{0}")]
    Forbidden(String),
    /// Nobody known is acting.
    #[error("{0}")]
    Unauthenticated(String),
    /// An idempotency key came back with another request.
    #[error("This idempotency key was used for another request; use a new key for a new request.")]
    KeyReused,
    /// Too much is asked for at this moment.
    #[error(
        "Too many ask for this at the moment; nothing was done. Try again in {retry_after_s} s."
    )]
    Busy {
        /// Seconds to wait before the next try.
        retry_after_s: u32,
    },
    /// The database was lost at the very moment of keeping it, and could not be asked.
    #[error("Nobody knows whether this was kept; look before trying again.")]
    Unknown(#[source] StoreError),
    /// Trouble with the database.
    #[error("The portal has trouble with its database; what you sent was not kept. Try again.")]
    Store(#[source] StoreError),
    /// Trouble of our own.
    #[error("The portal has a problem of its own; what you sent was not kept. Try again.")]
    Internal(String),
}

impl Error {
    /// One field at fault.
    pub fn field(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { pointer: pointer.into(), message: message.into() }])
    }

    /// The present state forbids it.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::Conflict { detail: detail.into(), open: Vec::new() }
    }

    /// There is no such thing.
    pub fn not_found(what: &'static str, name: impl ToString) -> Self {
        // What was asked for comes from outside: keep the sentence short and readable.
        let name: String = name.to_string().chars().filter(|c| !c.is_control()).take(80).collect();
        Self::NotFound { what, name }
    }
}

fn sentence(errors: &[FieldError]) -> String {
    let all: Vec<_> = errors
        .iter()
        .map(|error| match error.pointer.trim_start_matches('/') {
            "" => error.message.clone(),
            field => format!("`{field}` {}", error.message),
        })
        .collect();
    format!("{}.", all.join("; ").trim_end_matches('.'))
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        // What it was looked for with cannot exist; that is no trouble of the database's.
        if error.is_about_text() {
            return Self::field("", "A text contains the character NUL; leave it out");
        }
        match error {
            StoreError::Unknown(_) => Self::Unknown(error),
            error => Self::Store(error),
        }
    }
}

impl From<ItemRefusal> for Error {
    fn from(refusal: ItemRefusal) -> Self {
        match refusal {
            ItemRefusal::NotAPerson { .. }
            | ItemRefusal::NotAMachine { .. }
            | ItemRefusal::RoleTooLow { .. } => Self::Forbidden(refusal.to_string()),
            ItemRefusal::WatchClosed { .. }
            | ItemRefusal::HumanItem { .. }
            | ItemRefusal::AutomatedItem { .. } => Self::conflict(refusal.to_string()),
        }
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        Self::Forbidden(denied.to_string())
    }
}

impl From<SignOffRefusal> for Error {
    fn from(refusal: SignOffRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            SignOffRefusal::RoleTooLow(_) => Self::Forbidden(detail),
            SignOffRefusal::GateHolds { open, .. } => Self::Conflict { detail, open },
            _ => Self::conflict(detail),
        }
    }
}

/// Collects what is wrong with a request, so that all of it is told at once.
#[derive(Debug, Default)]
pub struct ValidationErrors(Vec<FieldError>);

impl ValidationErrors {
    /// Notes a fault of the field at `pointer`, where there is one.
    pub fn note(&mut self, pointer: &str, outcome: Result<(), String>) {
        if let Err(message) = outcome {
            self.0.push(FieldError { pointer: pointer.to_owned(), message });
        }
    }

    /// The elements of a list with their places. One that is longer than `max` is at fault, and is
    /// looked at no further: a call that asks for too much costs no more than one that does not.
    pub fn at_most<'l, T>(
        &mut self,
        pointer: &str,
        list: &'l [T],
        max: usize,
    ) -> impl Iterator<Item = (usize, &'l T)> + use<'l, T> {
        if list.len() > max {
            self.note(pointer, Err(format!("must be at most {max}")));
        }
        list.iter().take(max).enumerate()
    }

    /// # Errors
    /// All that was noted.
    pub fn into_result(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}
