//! `GET /orders/{number}`: one order of the customer.

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use maud::html;

use super::layout;
use crate::{
    error::ShopError,
    session::Visitor,
    store::{catalogue::euros, orders::OrderState},
};

/// The handler.
pub async fn show(visitor: Visitor, Path(number): Path<String>) -> Result<Response, ShopError> {
    let Some(account) = &visitor.account else {
        return Ok(Redirect::to("/login").into_response());
    };
    let number = number.parse().map_err(|_| ShopError::NotFound)?;
    let order = visitor.state.store.order_of(&account.email, number).ok_or(ShopError::NotFound)?;
    let title = format!("Order {number}");
    let body = html! {
        h1 { (title) }
        dl.facts {
            dt { "State" } dd #state { (state_name(order.state)) }
            dt { "Placed" } dd { (layout::time(order.placed_at)) }
            @if let Some(at) = order.processed_at { dt { "Processed" } dd { (layout::time(at)) } }
            dt { "Goes to" } dd { (order.ship_to) }
            dt { "Payment" } dd { code { (order.charge_id) } }
        }
        table {
            caption.hidden { "What was ordered" }
            thead { tr { th scope="col" { "Product" } th scope="col" { "Quantity" } th.number scope="col" { "Price" } } }
            tbody {
                @for line in &order.lines {
                    tr { td { (line.name) } td { (line.quantity) } td.number { (euros(line.total_cents)) } }
                }
            }
            tfoot { tr { th scope="row" colspan="2" { "Total" } td.number { (euros(order.total_cents)) } } }
        }
    };
    Ok(layout::page(&visitor, &title, &body).into_response())
}

/// What customers read.
pub fn state_name(state: OrderState) -> &'static str {
    match state {
        OrderState::Paid => "Paid, being packed",
        OrderState::Processed => "Processed",
    }
}
