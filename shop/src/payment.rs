//! The shop's side of the payment gateway.

use std::time::Duration;

use serde_json::{Value, json};

/// A card as the customer typed it. Never logged, never stored.
pub struct Card {
    /// Its number, digits only.
    pub number: String,
    /// `MM/YY`.
    pub expiry: String,
    /// The three digits on the back.
    pub cvc: String,
}

/// Why no payment was made, other than the card being declined.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// The gateway could not be reached or did not answer in time.
    #[error("payment gateway unreachable: {0}")]
    Unreachable(#[from] reqwest::Error),
    /// The gateway answered something else than a charge or a decline.
    #[error("payment gateway answered {status} to POST /charges")]
    Unexpected {
        /// The status.
        status: u16,
    },
}

/// What the gateway said.
#[derive(Debug, PartialEq, Eq)]
pub enum Charge {
    /// Paid, with the id of the charge.
    Paid(String),
    /// Not paid, with a sentence for the customer.
    Declined(String),
}

/// Talks to the gateway.
#[derive(Debug, Clone)]
pub struct Payments {
    http: reqwest::Client,
    charges_url: String,
}

impl Payments {
    /// Payments by the gateway at `base_url`.
    pub fn new(http: reqwest::Client, base_url: &str) -> Self {
        Self { http, charges_url: format!("{base_url}/charges") }
    }

    /// Charges a card. `reference` makes it at most once.
    ///
    /// # Errors
    /// If the gateway fails; a declined card is no error.
    pub async fn charge(
        &self,
        amount_cents: u64,
        card: &Card,
        reference: &str,
    ) -> Result<Charge, PaymentError> {
        let answer = self
            .http
            .post(&self.charges_url)
            .header("idempotency-key", reference)
            .timeout(Duration::from_secs(10))
            .json(&json!({
                "amount_cents": amount_cents,
                "currency": "EUR",
                "card": {"number": card.number, "expiry": card.expiry, "cvc": card.cvc},
            }))
            .send()
            .await?;
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap_or(Value::Null);
        let text = |pointer| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        match status {
            200 | 201 => text("/id").map(Charge::Paid).ok_or(PaymentError::Unexpected { status }),
            402 | 422 => Ok(Charge::Declined(
                text("/error/message").unwrap_or_else(|| "Your card was declined.".to_owned()),
            )),
            _ => Err(PaymentError::Unexpected { status }),
        }
    }
}
