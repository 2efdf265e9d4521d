//! Whether two answers are the same page.

use std::collections::BTreeSet;

use http::header;

use crate::client::Response;

/// A page, by what stays the same when it repeats the path asked for or a fresh token.
pub(crate) struct Page {
    status: u16,
    content_type: String,
    length: usize,
    words: BTreeSet<String>,
}

impl Page {
    pub(crate) fn of(answer: &Response) -> Self {
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

    /// Whether the other is the same page, but for its tokens, hashes and dates.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
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
