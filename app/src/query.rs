//! Query strings: what a page is asked for, and links that ask for more.

use axum::extract::Query as Decoded;
use http::Uri;

use crate::{auth::Visitor, urls::encode};

/// The most characters of a field: more is nobody's question.
const LONGEST: usize = 200;

/// A page's query.
#[derive(Debug, Clone, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// The query of the page a visitor looks at; one that cannot be read is as good as none.
    pub fn of(visitor: &Visitor) -> Self {
        let uri: Option<Uri> = format!("/?{}", visitor.query).parse().ok();
        let decoded = uri.and_then(|uri| Decoded::<Vec<(String, String)>>::try_from_uri(&uri).ok());
        Self(decoded.map(|Decoded(pairs)| pairs).unwrap_or_default())
    }

    /// The text of a field, without the spaces around it, so far as anybody would type it; empty
    /// where it is absent.
    pub fn text(&self, name: &str) -> String {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim().chars().take(LONGEST).collect()).unwrap_or_default()
    }
}

/// A link with the fields that are not empty.
pub fn href(path: &str, fields: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    let filled = fields.iter().filter(|(_, value)| !value.is_empty());
    for (at, (name, value)) in filled.enumerate() {
        out.push(if at == 0 { '?' } else { '&' });
        out.push_str(name);
        out.push('=');
        out.push_str(&encode(value));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_sends_is_read_and_links_say_it_again() {
        let visitor =
            Visitor { query: "q=+a%26b+%C3%A9&empty=&q=second".into(), ..Visitor::default() };
        let query = Query::of(&visitor);
        assert_eq!(query.text("q"), "a&b é");
        assert_eq!(query.text("absent"), "");
        let link = href("/history", &[("q", "a&b é"), ("state", ""), ("kind", "first")]);
        assert_eq!(link, "/history?q=a%26b%20%C3%A9&kind=first");
    }

    #[test]
    fn a_query_that_cannot_be_read_asks_for_nothing() {
        let visitor = Visitor { query: "q=%ZZ&\u{0}".into(), ..Visitor::default() };
        assert_eq!(Query::of(&visitor).text("service"), "");
    }
}
