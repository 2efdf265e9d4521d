//! The mails the shop writes: subject and text.

use std::fmt::Write;

use crate::store::{catalogue::euros, orders::Order};

/// Says hello to a new customer.
pub fn welcome(name: &str, base_url: &str) -> (String, String) {
    (
        "Welcome to Harbour Goods".to_owned(),
        format!("Hello {name},\n\nyour account is open. Come in: {base_url}/\n\nHarbour Goods\n"),
    )
}

/// Carries the link that resets a password.
pub fn password_reset(name: &str, base_url: &str, token: &str) -> (String, String) {
    (
        "Reset your Harbour Goods password".to_owned(),
        format!(
            "Hello {name},\n\nset a new password here, within 30 minutes:\n\n\
             {base_url}/password/reset?token={token}\n\n\
             If you did not ask for this, there is nothing to do.\n\nHarbour Goods\n"
        ),
    )
}

/// Confirms an order.
pub fn order_confirmation(order: &Order, base_url: &str) -> (String, String) {
    let mut text = String::from("Thank you for your order.\n\n");
    for line in &order.lines {
        let _ = writeln!(text, "{} x {}  {}", line.quantity, line.name, euros(line.total_cents));
    }
    let _ = write!(
        text,
        "\nTotal {}\nIt goes to: {}\n\n{base_url}/orders/{}\n\nHarbour Goods\n",
        euros(order.total_cents),
        order.ship_to,
        order.number
    );
    (format!("Your order {}", order.number), text)
}
