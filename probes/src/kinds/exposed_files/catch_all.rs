//! What a site answers for paths that cannot exist, and whether another answer is the same page.

use domain::measurement::Exchange;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::content::Content;
use crate::client::Response;
use crate::kinds::origin_redirect;
use crate::page_likeness::Page;

/// Two paths that cannot exist, one dotted like most listed files and one plain. They are made from
/// the service's address, so that every run asks for the same ones.
pub(super) fn sample_paths(base: &Url) -> [String; 2] {
    let digest = Sha256::digest(base.as_str().as_bytes());
    let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    [format!("/.{name}"), format!("/{name}.txt")]
}

/// The pages a site answers unknown paths with.
pub(super) struct CatchAll {
    answers: Vec<Response>,
    pages: Vec<Page>,
}

impl CatchAll {
    pub(super) fn of(answers: Vec<Response>) -> Self {
        Self { pages: answers.iter().map(Page::of).collect(), answers }
    }

    /// Where all unknown paths are sent on to as they are.
    pub(super) fn origin_redirect(&self) -> Option<Url> {
        let mut origins = self.answers.iter().map(origin_redirect::target);
        let first = origins.next()??;
        origins
            .all(|other| other.is_some_and(|other| other.origin() == first.origin()))
            .then_some(first)
    }

    /// What was sent and received for the last of them.
    pub(super) fn sample(&self) -> Vec<Exchange> {
        self.answers.last().map(|answer| answer.exchanges.clone()).unwrap_or_default()
    }

    /// Whether unknown paths get what such a file looks like.
    pub(super) fn matches(&self, content: Content) -> bool {
        self.answers.iter().any(|answer| content.matches(answer))
    }

    /// Whether the answer is one of those pages.
    pub(super) fn is_like(&self, answer: &Response) -> bool {
        let page = Page::of(answer);
        self.pages.iter().any(|known| known.is_like(&page))
    }
}
