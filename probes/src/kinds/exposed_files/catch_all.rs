//! What a site answers for paths that cannot exist, and whether another answer is the same page.

use std::collections::BTreeSet;

use domain::measurement::Exchange;
use http::header;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::content::Content;
use crate::client::Response;
use crate::kinds::origin_redirect;

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

/// A page, by what stays the same when it repeats the path asked for or a fresh token.
struct Page {
    status: u16,
    content_type: String,
    length: usize,
    words: BTreeSet<String>,
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

impl Page {
    fn of(answer: &Response) -> Self {
        let content_type = answer.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
        let content_type = content_type.split(';').next().unwrap_or_default().trim();
        let repeated = words(answer.final_url.path());
        let words = words(&answer.text()).difference(&repeated).cloned().collect();
        Self {
            status: answer.status.as_u16(),
            content_type: content_type.to_ascii_lowercase(),
            length: answer.body.len(),
            words,
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        if self.status != other.status || self.content_type != other.content_type {
            return false;
        }
        if self.words.is_empty() || other.words.is_empty() {
            return self.length == other.length;
        }
        let common = self.words.intersection(&other.words).count();
        let all = self.words.union(&other.words).count();
        // Nine words in ten; on a short page a few for the path it repeats.
        common * 10 >= all * 9 || all - common <= 3 && common > all - common
    }
}

/// The words of a text, without those that differ from page to page: tokens, hashes, dates.
fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 1 && !word.chars().any(|c| c.is_ascii_digit()))
        .map(str::to_ascii_lowercase)
        .collect()
}
