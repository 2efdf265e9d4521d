//! `GET` and `POST /checkout`: the address, the card, the payment.

use axum::{
    Form,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    cart,
    layout::{self, Field},
};
use crate::{
    error::ShopError,
    payment::{Card, Charge},
    session::Visitor,
    store::{catalogue::euros, orders::total_cents, sessions::CartLine},
};

/// What the customer typed.
#[derive(Deserialize)]
pub struct Typed {
    address: String,
    card: String,
    expiry: String,
    cvc: String,
    /// Made for each checkout page, so that paying twice by a double click charges once.
    reference: String,
}

/// `GET /checkout`.
pub async fn show(visitor: Visitor) -> Response {
    let lines = cart::lines(&visitor);
    match ready(&visitor, &lines) {
        Ok(_) => form(&visitor, &lines, "", None).into_response(),
        Err(elsewhere) => elsewhere.into_response(),
    }
}

/// `POST /checkout`.
pub async fn pay(visitor: Visitor, Form(typed): Form<Typed>) -> Result<Response, ShopError> {
    let lines = cart::lines(&visitor);
    let email = match ready(&visitor, &lines) {
        Ok(email) => email,
        Err(elsewhere) => return Ok(elsewhere.into_response()),
    };
    let refuse = |problem: &str| {
        let page = form(&visitor, &lines, &typed.address, Some(problem));
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let address = typed.address.trim();
    if address.len() < 5 || address.len() > 300 {
        return refuse("Please give an address between 5 and 300 characters.");
    }
    let card = Card {
        number: typed.card.chars().filter(char::is_ascii_digit).collect(),
        expiry: typed.expiry.trim().to_owned(),
        cvc: typed.cvc.trim().to_owned(),
    };
    let total = total_cents(&lines);
    let orders = &visitor.state.metrics.orders;
    let charge = visitor.state.payments.charge(total, &card, &typed.reference).await;
    let charge_id = match charge {
        Ok(Charge::Paid(id)) => id,
        Ok(Charge::Declined(sentence)) => {
            orders.with_label_values(&["declined"]).inc();
            tracing::warn!(amount_cents = total, "card declined");
            return refuse(&sentence);
        }
        Err(error) => {
            orders.with_label_values(&["gateway_error"]).inc();
            return Err(error.into());
        }
    };
    let number = visitor.state.store.place_order(&email, address, &lines, &charge_id);
    orders.with_label_values(&["paid"]).inc();
    visitor.state.metrics.revenue_cents.inc_by(total);
    tracing::info!(order = number, amount_cents = total, charge_id, "order placed");
    let cookie = visitor.change(|session| {
        session.cart.clear();
        session.notice = Some("Thank you. Your payment went through.".to_owned());
    });
    Ok((cookie, Redirect::to(&format!("/orders/{number}"))).into_response())
}

/// Whose checkout it is, or where to go first.
fn ready(visitor: &Visitor, lines: &[CartLine]) -> Result<String, Redirect> {
    if lines.is_empty() {
        return Err(Redirect::to("/cart"));
    }
    let account = visitor.account.as_ref().ok_or_else(|| Redirect::to("/login?next=/checkout"))?;
    Ok(account.email.clone())
}

fn form(visitor: &Visitor, lines: &[CartLine], address: &str, problem: Option<&str>) -> Markup {
    let field = |name, label, autocomplete, value, hint| {
        Field { name, label, kind: "text", autocomplete, value, hint }.markup()
    };
    let body = html! {
        h1 { "Checkout" }
        p.lead { "To pay: " strong { (euros(total_cents(lines))) } }
        (layout::problem(problem))
        form.stack method="post" action="/checkout" {
            input type="hidden" name="reference" value=(crate::secret::token());
            (field("address", "Delivery address", "street-address", address, ""))
            (field("card", "Card number", "cc-number", "", "4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined."))
            (field("expiry", "Expiry date", "cc-exp", "", "MM/YY"))
            (field("cvc", "Security code", "cc-csc", "", "Three digits"))
            button type="submit" { "Pay " (euros(total_cents(lines))) }
        }
    };
    layout::page(visitor, "Checkout", &body)
}
