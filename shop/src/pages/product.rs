//! `GET /products/{slug}`: one product, and the way into the cart.

use axum::extract::Path;
use maud::{Markup, html};

use super::layout;
use crate::{
    error::ShopError,
    session::Visitor,
    store::{
        catalogue::{euros, find},
        sessions::MOST_OF_ONE,
    },
};

/// The handler.
pub async fn show(visitor: Visitor, Path(slug): Path<String>) -> Result<Markup, ShopError> {
    let product = find(&slug).ok_or(ShopError::NotFound)?;
    let body = html! {
        div.product {
            (layout::drawing(product))
            div {
                h1 { (product.name) }
                p.lead { (product.tagline) }
                p { (product.description) }
                p.price { (euros(product.price_cents)) }
                form.inline method="post" action="/cart/add" {
                    input type="hidden" name="product" value=(product.slug);
                    label for="quantity" { "Quantity" }
                    input #quantity name="quantity" type="number" min="1" max=(MOST_OF_ONE) value="1" required;
                    button type="submit" { "Add to cart" }
                }
            }
        }
    };
    Ok(layout::page(&visitor, product.name, &body))
}
