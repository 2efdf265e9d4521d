//! A headless Chromium of our own for each journey: started with an empty profile, reaching the
//! network only through a proxy that asks the guard, killed with everything it started when the
//! journey ends, however that is.
//!
//! `tabs` knows what is open and loading, `frame` finds elements in a document, `element` waits until
//! one can be acted on and does so, `input` is its mouse and keyboard.

mod cdp;
mod element;
mod frame;
mod input;
mod process;
mod proxy;
mod tabs;

use domain::journey::{Place, Selector};
use thiserror::Error;
use tokio::time::Instant;

pub(crate) use cdp::CdpError;
pub(crate) use process::Browser;
pub(crate) use tabs::Tabs;

/// Why a step did not go through.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum StepError {
    /// The browser, which is ours.
    #[error("{0}")]
    Browser(#[from] CdpError),
    /// The page, which is the service's.
    #[error("{0}")]
    Page(String),
    /// The page's server, which answered an error: the service's, whatever else was refused.
    #[error("{0}")]
    Server(String),
    /// The mail catcher, which is neither.
    #[error("{0}")]
    Catcher(String),
}

impl StepError {
    /// What is said of the page in its own words.
    fn page(said: impl Into<String>) -> Self {
        Self::Page(said.into())
    }
}

/// What a step is about: alternative selectors in a place, waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) place: &'a Place,
    pub(crate) selectors: &'a [Selector],
    pub(crate) until: Instant,
}
