//! Orders: paid at the checkout, processed by the worker.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Store, queue::Job, sessions::CartLine};
use crate::clock;

/// Most orders kept; beyond, the oldest processed ones go.
const MOST: usize = 20_000;
/// Number of the first order.
const FIRST: u64 = 1001;

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Paid, waiting for the worker.
    Paid,
    /// The worker is through with it: packed, and the confirmation is queued.
    Processed,
}

/// A line of an order, as it was sold.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderLine {
    /// What it was called.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// Price of the line in cents.
    pub total_cents: u64,
}

/// An order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    /// Counts up from 1001.
    pub number: u64,
    /// Whose it is.
    pub email: String,
    /// Where it goes.
    pub ship_to: String,
    /// What was sold.
    pub lines: Vec<OrderLine>,
    /// What was paid in cents.
    pub total_cents: u64,
    /// The gateway's id of the charge.
    pub charge_id: String,
    /// Where it stands.
    pub state: OrderState,
    /// When it was paid.
    pub placed_at: DateTime<Utc>,
    /// When the worker was through with it.
    pub processed_at: Option<DateTime<Utc>>,
}

/// All orders.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Orders(BTreeMap<u64, Order>);

/// A sum of cart lines in cents.
pub fn total_cents(lines: &[CartLine]) -> u64 {
    lines.iter().map(CartLine::total_cents).sum()
}

impl Store {
    /// Keeps a paid order and queues its processing, in one step; answers its number.
    pub fn place_order(
        &self,
        email: &str,
        ship_to: &str,
        lines: &[CartLine],
        charge_id: &str,
    ) -> u64 {
        let mut data = self.write();
        let number = data.orders.0.last_key_value().map_or(FIRST, |(last, _)| last + 1);
        let order = Order {
            number,
            email: email.to_owned(),
            ship_to: ship_to.to_owned(),
            lines: lines
                .iter()
                .map(|line| OrderLine {
                    name: line.product.name.to_owned(),
                    quantity: line.quantity,
                    total_cents: line.total_cents(),
                })
                .collect(),
            total_cents: total_cents(lines),
            charge_id: charge_id.to_owned(),
            state: OrderState::Paid,
            placed_at: clock::now(),
            processed_at: None,
        };
        data.orders.0.insert(number, order);
        if data.orders.0.len() > MOST {
            let oldest = data.orders.0.values().find(|order| order.state == OrderState::Processed);
            if let Some(oldest) = oldest.map(|order| order.number) {
                data.orders.0.remove(&oldest);
            }
        }
        data.queue.push(Job::ProcessOrder { number });
        self.work.notify_one();
        number
    }

    /// An order of this account.
    pub fn order_of(&self, email: &str, number: u64) -> Option<Order> {
        self.read().orders.0.get(&number).filter(|order| order.email == email).cloned()
    }

    /// The orders of an account, newest first.
    pub fn orders_of(&self, email: &str) -> Vec<Order> {
        let data = self.read();
        data.orders.0.values().rev().filter(|order| order.email == email).cloned().collect()
    }

    /// Marks an order processed and answers it; nothing if there is none.
    pub fn process_order(&self, number: u64) -> Option<Order> {
        let mut data = self.write();
        let order = data.orders.0.get_mut(&number)?;
        order.state = OrderState::Processed;
        order.processed_at = Some(clock::now());
        Some(order.clone())
    }
}
