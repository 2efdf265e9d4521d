//! The page of the caught mail.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use uuid::Uuid;

use super::{Catcher, filter::Filter};
use crate::pages::layout;

/// `GET /mailbox`.
pub async fn list(State(catcher): State<Catcher>, Query(filter): Query<Filter>) -> Markup {
    let messages = catcher.inbox.list(filter.to.as_deref(), filter.limit());
    let body = html! {
        h1 { "Mailbox" }
        p.lead { "Every mail the shop sends ends here; none leaves this machine." }
        @if messages.is_empty() {
            p.empty { "No mail yet." }
        } @else {
            table {
                caption.hidden { "Caught mail, newest first" }
                thead { tr { th scope="col" { "Subject" } th scope="col" { "To" } th scope="col" { "Received" } } }
                tbody {
                    @for message in &messages {
                        tr {
                            td { a href={ "/mailbox/" (message.id) } {
                                @if message.subject.is_empty() { "(no subject)" } @else { (message.subject) }
                            } }
                            td { (message.to.join(", ")) }
                            td { (layout::time(message.received_at)) }
                        }
                    }
                }
            }
        }
    };
    layout::tool("Mailbox", &body)
}

/// `GET /mailbox/{id}`.
pub async fn show(State(catcher): State<Catcher>, Path(id): Path<String>) -> Response {
    let Some(opened) = id.parse::<Uuid>().ok().and_then(|id| catcher.inbox.open(id)) else {
        let body =
            html! { h1 { "No such mail" } p { a href="/mailbox" { "Back to the mailbox" } } };
        return (StatusCode::NOT_FOUND, layout::tool("No such mail", &body)).into_response();
    };
    let body = html! {
        p { a href="/mailbox" { "Mailbox" } }
        h1 { (opened.message.subject) }
        dl.facts {
            dt { "From" } dd { (opened.message.from) }
            dt { "To" } dd { (opened.message.to.join(", ")) }
            dt { "Received" } dd { (layout::time(opened.message.received_at)) }
        }
        pre.mail { (linked(&opened.text, &opened.links)) }
    };
    layout::tool(&opened.message.subject, &body).into_response()
}

/// The text with its links as links.
fn linked(text: &str, links: &[String]) -> Markup {
    let mut rest = text;
    html! {
        @for link in links {
            @if let Some((before, after)) = rest.split_once(link.as_str()) {
                (before) a href=(link) { (link) }
                ({ rest = after; "" })
            }
        }
        (rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_links_are_links() {
        let shown = linked("<b> http://a/?x=1&y=2 end", &["http://a/?x=1&y=2".into()]);
        assert_eq!(
            shown.into_string(),
            "&lt;b&gt; <a href=\"http://a/?x=1&amp;y=2\">http://a/?x=1&amp;y=2</a> end"
        );
    }
}
