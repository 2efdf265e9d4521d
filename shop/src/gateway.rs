//! The payment gateway: a stand-in for the real one's sandbox, on a port of its own.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    extract::{Path, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::Datelike;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{clock, faults::Faults, secret};

/// The card that is always declined.
pub const DECLINED_CARD: &str = "4000000000000002";
/// Most charges remembered.
const MOST: usize = 10_000;

#[derive(Clone)]
struct Gateway {
    faults: Arc<Faults>,
    charges: Arc<Mutex<Charges>>,
}

#[derive(Default)]
struct Charges {
    by_id: HashMap<String, Value>,
    by_key: HashMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    amount_cents: u64,
    currency: String,
    card: Card,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Card {
    number: String,
    expiry: String,
    cvc: String,
}

/// `POST /charges`, `GET /charges/{id}`, `GET /health`.
pub fn router(faults: Arc<Faults>) -> Router {
    Router::new()
        .route("/charges", post(charge))
        .route("/charges/{id}", get(show))
        .route("/health", get(health))
        .with_state(Gateway { faults, charges: Arc::default() })
}

async fn health(State(gateway): State<Gateway>) -> Response {
    if gateway.faults.get().payment_down {
        return unavailable();
    }
    Json(json!({"status": "ok"})).into_response()
}

async fn charge(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    body: Result<Json<Request>, JsonRejection>,
) -> Response {
    if gateway.faults.get().payment_down {
        return unavailable();
    }
    let request = match body {
        Ok(Json(request)) => request,
        Err(rejection) => {
            return refuse(StatusCode::BAD_REQUEST, "invalid_request", &rejection.body_text());
        }
    };
    if let Err(problem) = check(&request) {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "invalid_card", problem);
    }
    let digits = digits(&request.card.number);
    if digits == DECLINED_CARD {
        return refuse(StatusCode::PAYMENT_REQUIRED, "card_declined", "Your card was declined.");
    }
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let mut charges = gateway.charges.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(first) = key.and_then(|key| charges.by_key.get(key)) {
        let first = charges.by_id.get(first).cloned().unwrap_or(Value::Null);
        return (StatusCode::OK, Json(first)).into_response();
    }
    if charges.by_id.len() >= MOST {
        *charges = Charges::default();
    }
    let id = format!("ch_{}", &secret::token()[..24]);
    let made = json!({
        "id": id,
        "status": "succeeded",
        "amount_cents": request.amount_cents,
        "currency": request.currency,
        "card_last4": digits.get(digits.len() - 4..),
        "created_at": clock::now(),
    });
    if let Some(key) = key {
        charges.by_key.insert(key.to_owned(), id.clone());
    }
    charges.by_id.insert(id.clone(), made.clone());
    tracing::info!(charge_id = id, amount_cents = request.amount_cents, "charge succeeded");
    (StatusCode::CREATED, [("location", format!("/charges/{id}"))], Json(made)).into_response()
}

async fn show(State(gateway): State<Gateway>, Path(id): Path<String>) -> Response {
    if gateway.faults.get().payment_down {
        return unavailable();
    }
    let charges = gateway.charges.lock().unwrap_or_else(PoisonError::into_inner);
    match charges.by_id.get(&id) {
        Some(charge) => Json(charge.clone()).into_response(),
        None => refuse(StatusCode::NOT_FOUND, "not_found", "No such charge."),
    }
}

fn refuse(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!({"error": {"code": code, "message": message}}))).into_response()
}

fn unavailable() -> Response {
    refuse(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The processor is not available.")
}

fn digits(number: &str) -> String {
    number.chars().filter(|c| !matches!(c, ' ' | '-')).collect()
}

fn check(request: &Request) -> Result<(), &'static str> {
    let number = digits(&request.card.number);
    if request.amount_cents == 0 {
        return Err("The amount must be more than nothing.");
    }
    if request.currency != "EUR" {
        return Err("Only EUR is taken.");
    }
    if !(12..=19).contains(&number.len()) || !luhn(&number) {
        return Err("The card number is not valid.");
    }
    if !(3..=4).contains(&request.card.cvc.len())
        || !request.card.cvc.bytes().all(|b| b.is_ascii_digit())
    {
        return Err("The security code is not valid.");
    }
    let Some(expiry) = expiry(&request.card.expiry) else {
        return Err("The expiry date must be MM/YY.");
    };
    let today = clock::now();
    if expiry < (today.year(), today.month()) {
        return Err("The card has expired.");
    }
    Ok(())
}

fn expiry(text: &str) -> Option<(i32, u32)> {
    let (month, year) = text.trim().split_once('/')?;
    if year.len() != 2 {
        return None;
    }
    let (month, year) = (month.parse().ok()?, 2000 + year.parse::<u8>().ok().map(i32::from)?);
    (1..=12).contains(&month).then_some((year, month))
}

/// The check digit rule of card numbers.
fn luhn(digits: &str) -> bool {
    let mut sum = 0;
    for (place, c) in digits.chars().rev().enumerate() {
        let Some(digit) = c.to_digit(10) else { return false };
        let doubled = if place % 2 == 1 { digit * 2 } else { digit };
        sum += if doubled > 9 { doubled - 9 } else { doubled };
    }
    sum % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_carry_a_check_digit() {
        assert!(luhn("4242424242424242"));
        assert!(luhn(DECLINED_CARD));
        assert!(!luhn("4242424242424241"));
        assert!(!luhn("42424242x2424242"));
    }

    #[test]
    fn expiry_is_month_and_year() {
        assert_eq!(expiry("07/31"), Some((2031, 7)));
        assert_eq!(expiry("13/31"), None);
        assert_eq!(expiry("0/31"), None);
        assert_eq!(expiry("07/2031"), None);
        assert_eq!(expiry("0731"), None);
    }
}
