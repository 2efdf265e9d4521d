//! The cart: `GET /cart`, `POST /cart/add`, `POST /cart/update`.

use axum::{
    Form,
    response::{IntoResponse, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::layout;
use crate::{
    error::ShopError,
    session::Visitor,
    store::{
        catalogue::{euros, find},
        orders::total_cents,
        sessions::{CartLine, MOST_OF_ONE},
    },
};

/// A product and how many of it.
#[derive(Debug, Deserialize)]
pub struct Line {
    product: String,
    quantity: u32,
}

/// `GET /cart`.
pub async fn show(visitor: Visitor) -> Markup {
    let lines = lines(&visitor);
    let body = html! {
        h1 { "Cart" }
        @if lines.is_empty() {
            p.empty { "Nothing in here yet. " a href="/" { "Have a look around." } }
        } @else {
            table {
                caption.hidden { "What is in the cart" }
                thead { tr { th scope="col" { "Product" } th scope="col" { "Quantity" } th.number scope="col" { "Price" } } }
                tbody { @for line in &lines { (row(line)) } }
                tfoot { tr { th scope="row" colspan="2" { "Total" } td.number { (euros(total_cents(&lines))) } } }
            }
            p { a.button href="/checkout" { "Go to checkout" } }
        }
    };
    layout::page(&visitor, "Cart", &body)
}

fn row(line: &CartLine) -> Markup {
    let product = line.product;
    let id = format!("quantity-{}", product.slug);
    html! {
        tr {
            td { a href={ "/products/" (product.slug) } { (product.name) } }
            td {
                form.inline method="post" action="/cart/update" {
                    input type="hidden" name="product" value=(product.slug);
                    label.hidden for=(id) { "Quantity of " (product.name) }
                    input id=(id) name="quantity" type="number" min="0" max=(MOST_OF_ONE) value=(line.quantity) required;
                    button.plain type="submit" { "Update" span.hidden { " " (product.name) } }
                }
            }
            td.number { (euros(line.total_cents())) }
        }
    }
}

/// `POST /cart/add`.
pub async fn add(visitor: Visitor, Form(line): Form<Line>) -> Result<Response, ShopError> {
    let product = find(&line.product).ok_or(ShopError::NotFound)?;
    let cookie = visitor.change(|session| {
        let quantity = session.cart.entry(product.slug.to_owned()).or_default();
        *quantity = quantity.saturating_add(line.quantity.max(1)).min(MOST_OF_ONE);
        session.notice = Some(format!("{} is in the cart.", product.name));
    });
    tracing::info!(product = product.slug, quantity = line.quantity, "added to cart");
    Ok((cookie, Redirect::to("/cart")).into_response())
}

/// `POST /cart/update`; none of it takes it out.
pub async fn update(visitor: Visitor, Form(line): Form<Line>) -> Result<Response, ShopError> {
    let product = find(&line.product).ok_or(ShopError::NotFound)?;
    let cookie = visitor.change(|session| {
        if line.quantity == 0 {
            session.cart.remove(product.slug);
        } else {
            session.cart.insert(product.slug.to_owned(), line.quantity.min(MOST_OF_ONE));
        }
    });
    Ok((cookie, Redirect::to("/cart")).into_response())
}

/// What is in the visitor's cart.
pub fn lines(visitor: &Visitor) -> Vec<CartLine> {
    visitor.session.as_ref().map(|session| session.lines()).unwrap_or_default()
}
