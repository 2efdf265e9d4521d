//! `GET /account`: who is logged in, and their orders.

use axum::response::{IntoResponse, Redirect, Response};
use maud::html;

use super::{layout, order::state_name};
use crate::{session::Visitor, store::catalogue::euros};

/// The handler.
pub async fn show(visitor: Visitor) -> Response {
    let Some(account) = &visitor.account else {
        return Redirect::to("/login").into_response();
    };
    let orders = visitor.state.store.orders_of(&account.email);
    let body = html! {
        h1 { "Your account" }
        dl.facts {
            dt { "Name" } dd { (account.name) }
            dt { "E-mail" } dd { (account.email) }
            dt { "Since" } dd { (layout::time(account.since)) }
        }
        h2 { "Orders" }
        @if orders.is_empty() {
            p.empty { "No orders yet." }
        } @else {
            table {
                caption.hidden { "Your orders, newest first" }
                thead { tr { th scope="col" { "Order" } th scope="col" { "Placed" } th scope="col" { "State" } th.number scope="col" { "Total" } } }
                tbody {
                    @for order in &orders {
                        tr {
                            td { a href={ "/orders/" (order.number) } { (order.number) } }
                            td { (layout::time(order.placed_at)) }
                            td { (state_name(order.state)) }
                            td.number { (euros(order.total_cents)) }
                        }
                    }
                }
            }
        }
    };
    layout::page(&visitor, "Your account", &body).into_response()
}
