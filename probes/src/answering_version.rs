//! Reads from an answer which version of the service gave it.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    time::Instant,
};

use domain::answering_version::{VersionPart, VersionSource};
use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
        states::RawKind,
    },
};

use serde_json::value::RawValue;

use crate::{client::Response, conditions::pool::ConditionPool, redact};

/// The most characters of a version that are kept.
const MOST_CHARS: usize = 100;

/// How many versions an answer is listened to that names several.
const MOST_NAMED: usize = 3;

/// What an answer says of its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// It names it.
    Named(String),
    /// It should and does not.
    Unnamed,
    /// It is of a kind that cannot: a picture has no `meta` element.
    Elsewhere,
}

/// Reads the version an answer names, until then where that takes long.
pub(crate) async fn read(
    source: &VersionSource,
    answer: &Response,
    within: (&ConditionPool, Instant),
) -> Reading {
    let content_type = answer.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let found = match source.from {
        VersionPart::Header => {
            let all = answer.headers.get_all(&source.name).iter();
            one_of(all.filter_map(|value| value.to_str().ok()))
        }
        VersionPart::Json if content_type.contains("json") => in_json(&answer.text(), &source.name),
        VersionPart::Meta if content_type.contains("html") => {
            in_page(&answer.text(), &source.name, within).await
        }
        VersionPart::Json | VersionPart::Meta => return Reading::Elsewhere,
    };
    let named = found.map(|text| redact::shorten(redact::printable(&text).trim(), MOST_CHARS));
    named.filter(|text| !text.is_empty()).map_or(Reading::Unnamed, Reading::Named)
}

/// What all of these say; several that differ are each other's contradiction, and name no version alone.
fn one_of<'a>(all: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut distinct = Vec::new();
    for one in all.map(str::trim) {
        if !distinct.contains(&one) && distinct.len() < MOST_NAMED {
            distinct.push(one);
        }
    }
    (!distinct.is_empty()).then(|| distinct.join(", "))
}

fn in_json(body: &str, pointer: &str) -> Option<String> {
    // As it is written: 1.10 and 1.1 are one number, and two versions.
    let mut at: Box<RawValue> = serde_json::from_str(body).ok()?;
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        at = if at.get().starts_with('[') {
            let mut all: Vec<Box<RawValue>> = serde_json::from_str(at.get()).ok()?;
            let n = part.parse().ok().filter(|n| *n < all.len())?;
            all.swap_remove(n)
        } else {
            serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(at.get()).ok()?.remove(&part)?
        };
    }
    let text = at.get();
    match text.as_bytes().first()? {
        b'"' => serde_json::from_str(text).ok(),
        b'-' | b'0'..=b'9' => Some(text.to_owned()),
        _ => None,
    }
}

/// How much of a page is looked at, in bytes.
const HEAD_BYTES: usize = 64 * 1024;
/// How much of one is looked at here and not on a thread for what may take long: the tokenizer compares
/// each attribute of an element with all before it.
const SHORT_BYTES: usize = 8 * 1024;

/// As [`in_meta`], of a page as long as a service likes.
async fn in_page(
    page: &str,
    name: &str,
    (pool, until): (&ConditionPool, Instant),
) -> Option<String> {
    let head = &page[..page.floor_char_boundary(HEAD_BYTES)];
    if head.len() <= SHORT_BYTES {
        return in_meta(head, name);
    }
    let (head, name) = (head.to_owned(), name.to_owned());
    pool.run(until, move || in_meta(&head, &name)).await.ok().flatten()
}

/// The content of the `meta` element of that name.
fn in_meta(page: &str, name: &str) -> Option<String> {
    let sink =
        MetaSink { name: name.to_owned(), found: RefCell::default(), templates: Cell::new(0) };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(page));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let found = tokenizer.sink.found.take();
    one_of(found.iter().map(String::as_str))
}

struct MetaSink {
    name: String,
    found: RefCell<Vec<String>>,
    /// How many `template` elements are open: what is in one is not in the page.
    templates: Cell<usize>,
}

impl TokenSink for MetaSink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else { return TokenSinkResult::Continue };
        let opens = tag.kind == TagKind::StartTag;
        match &*tag.name {
            "template" if opens => self.templates.set(self.templates.get() + 1),
            "template" => self.templates.set(self.templates.get().saturating_sub(1)),
            "meta"
                if self.templates.get() == 0
                    && self.found.borrow().len() < MOST_NAMED
                    && attribute(&tag, "name")
                        .is_some_and(|name| name.eq_ignore_ascii_case(&self.name)) =>
            {
                self.found.borrow_mut().extend(attribute(&tag, "content"));
            }
            // What stands in these is text, whatever it looks like.
            "script" if opens => return TokenSinkResult::RawData(RawKind::ScriptData),
            "textarea" | "title" if opens => return TokenSinkResult::RawData(RawKind::Rcdata),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" if opens => {
                return TokenSinkResult::RawData(RawKind::Rawtext);
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn attribute(tag: &Tag, name: &str) -> Option<String> {
    let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
    found.map(|attribute| attribute.value.to_string())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(r#"{"version":"1.4.0"}"#, "/version", Some("1.4.0"))]
    #[case(r#"{"build":{"number":42}}"#, "/build/number", Some("42"))]
    #[case(r#"{"a/b":["x","y"]}"#, "/a~1b/1", Some("y"))]
    #[case(r#"{"version": 1.10 }"#, "/version", Some("1.10"))]
    #[case(r#" {"version":"1.4\u0030"}"#, "/version", Some("1.40"))]
    #[case(r#"{"":{"a~b":["x"]}}"#, "//a~0b/0", Some("x"))]
    #[case(r#"{"version":null}"#, "/version", None)]
    #[case(r#"{"version":{"is":"1"}}"#, "/version", None)]
    #[case(r#"{"version":"1.4.0""#, "/version", None)]
    #[case("", "/version", None)]
    fn a_pointer_finds_it_in_json(
        #[case] body: &str,
        #[case] pointer: &str,
        #[case] found: Option<&str>,
    ) {
        assert_eq!(in_json(body, pointer).as_deref(), found);
    }

    #[rstest]
    #[case(r#"<html><head><META Name="App-Version" CONTENT=1.4.0>"#, Some("1.4.0"))]
    #[case(r#"<meta name="app-version" content="1.4.0 &amp; more"/>"#, Some("1.4.0 & more"))]
    #[case(r#"<meta name=other content=1><meta name=app-version content=2>"#, Some("2"))]
    #[case(r#"<meta name=app-version content=1><meta name=app-version content=2>"#, Some("1, 2"))]
    #[case(r#"<meta name=app-version content=1><meta name=app-version content=1>"#, Some("1"))]
    #[case(r#"<!-- <meta name="app-version" content="1.3.9"> -->"#, None)]
    #[case(r#"<script>'<meta name="app-version" content="9">'</script><meta name=app-version content=1>"#, Some("1"))]
    #[case(r#"<textarea><meta name=app-version content=9></textarea>"#, None)]
    #[case(r#"<template><meta name=app-version content=9></template><meta name=app-version content=1>"#, Some("1"))]
    #[case(r#"<meta name="app-version">"#, None)]
    #[case("no page at all", None)]
    fn a_meta_element_names_it(#[case] page: &str, #[case] found: Option<&str>) {
        assert_eq!(in_meta(page, "app-version").as_deref(), found);
    }

    #[tokio::test]
    async fn a_page_that_takes_long_is_looked_at_elsewhere_and_not_for_ever() {
        let pool = ConditionPool::default();
        let meta = r#"<meta name="app-version" content="1.4.0">"#;
        let found = async |page: String| {
            let until = Instant::now() + std::time::Duration::from_secs(20);
            in_page(&page, "app-version", (&pool, until)).await
        };
        let style = "p { margin: 0 } ".repeat(2_000);
        let page = format!("<html><head><style>{style}</style>{meta}</head><body>Hello");
        assert_eq!(found(page).await.as_deref(), Some("1.4.0"));
        let attributes: String = (0..200_000).map(|n| format!(" a{n:x}")).collect();
        assert_eq!(found(format!("<a{attributes}>{meta}")).await, None, "it is too far behind");
    }
}
