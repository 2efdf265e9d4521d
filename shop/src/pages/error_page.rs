//! The page shown where another could not be.

use axum::http::StatusCode;
use maud::{Markup, html};

use super::layout;
use crate::session::Visitor;

/// Says what went wrong in general, and nothing of the inside.
pub fn page(visitor: &Visitor, status: StatusCode, request_id: &str) -> Markup {
    let (title, sentence) = match status {
        StatusCode::NOT_FOUND => {
            ("Page not found", "There is nothing at this address. It may have been sold out.")
        }
        StatusCode::BAD_GATEWAY => (
            "Payment not possible",
            "The payment service does not answer. You have not been charged; please try again.",
        ),
        _ => ("Something went wrong", "It is us, not you. Please try again in a moment."),
    };
    let body = html! {
        p.status { (status.as_u16()) }
        h1 { (title) }
        p.lead { (sentence) }
        p { a.button href="/" { "Back to the shop" } }
        p.hint { "Reference " code { (request_id) } }
    };
    layout::page(visitor, title, &body)
}
