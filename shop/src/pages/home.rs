//! `GET /`: everything the shop sells.

use maud::{Markup, html};

use super::layout;
use crate::{
    session::Visitor,
    store::catalogue::{PRODUCTS, euros},
};

/// The handler.
pub async fn show(visitor: Visitor) -> Markup {
    page(visitor).await
}

/// The page, also for those who asked for another one (`catch_all`).
pub async fn page(visitor: Visitor) -> Markup {
    let body = html! {
        div.hero {
            h1 { "Things that last a while" }
            p.lead { "Kettles, lamps and blankets from people who make little else." }
        }
        ul.products {
            @for product in PRODUCTS {
                li {
                    a.card href={ "/products/" (product.slug) } {
                        (layout::drawing(product))
                        h2 { (product.name) }
                        p { (product.tagline) }
                        p.price { (euros(product.price_cents)) }
                    }
                }
            }
        }
    };
    layout::page(&visitor, "Home", &body)
}
