//! What the demo's services released in a year. Made up, every line of it.

use domain::deployment::{DeploymentKind as Kind, Strategy};

/// How a deployment ended.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    /// Signed off, or superseded where the next one came first.
    Good,
    /// Rolled back.
    Back {
        /// Minutes after the deployment.
        after_min: i64,
        /// The box that failed, where one did.
        failed: Option<&'static str>,
        /// What was seen there.
        seen: &'static str,
        /// Why, as written into the rollback.
        reason: &'static str,
    },
}

/// A release in production.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Release {
    pub(crate) service: &'static str,
    pub(crate) version: &'static str,
    pub(crate) days_ago: i64,
    pub(crate) kind: Kind,
    pub(crate) strategy: Strategy,
    pub(crate) notes: &'static str,
    /// A box an approver waived, and why.
    pub(crate) waived: Option<(&'static str, &'static str)>,
    /// Versions that went to staging before it and did not make it.
    pub(crate) candidates: &'static [(&'static str, &'static str, &'static str)],
    pub(crate) end: End,
}

const fn release(
    service: &'static str,
    version: &'static str,
    days_ago: i64,
    kind: Kind,
    notes: &'static str,
) -> Release {
    Release {
        service,
        version,
        days_ago,
        kind,
        strategy: Strategy::Rolling,
        notes,
        waived: None,
        candidates: &[],
        end: End::Good,
    }
}

impl Release {
    const fn waived(self, item: &'static str, why: &'static str) -> Self {
        Self { waived: Some((item, why)), ..self }
    }

    const fn by(self, strategy: Strategy) -> Self {
        Self { strategy, ..self }
    }

    /// Version, the failing box's evidence, and the reason it was taken off staging.
    const fn after(
        self,
        candidates: &'static [(&'static str, &'static str, &'static str)],
    ) -> Self {
        Self { candidates, ..self }
    }

    const fn back(
        self,
        after_min: i64,
        failed: &'static str,
        seen: &'static str,
        reason: &'static str,
    ) -> Self {
        Self { end: End::Back { after_min, failed: Some(failed), seen, reason }, ..self }
    }
}

/// The shop's, oldest first.
pub(crate) const SHOP: &[Release] = &[
    release("shop", "1.0.0", 361, Kind::First, "First public release: catalogue, cart, checkout by card.")
        .by(Strategy::Recreate),
    release("shop", "1.0.1", 350, Kind::Subsequent, "VAT line on invoices to Switzerland. Plain-text part in every mail."),
    release("shop", "1.0.2", 339, Kind::Subsequent, "Product pictures as AVIF, with JPEG for those who cannot.")
        .waived("logs-triaged", "Log shipping was down for the first night; I read the files on both hosts, nothing but bots."),
    release("shop", "1.0.3-gw4", 331, Kind::VendorSync, "The payment provider's client library 4.2: new field for the card's country."),
    release("shop", "1.1.0", 322, Kind::Subsequent, "Wish lists. Adds the table wishlist_items.")
        .after(&[("1.1.0-rc.1", "wishlist.spec › survives logging out: expected 3 items, found 0", "Wish lists are lost at log-out; the fix is small, next candidate tomorrow.")])
        .back(52, "smoke-tests", "Checkout ends on an error page for carts with a voucher: 500 after the address step.", "Every voucher checkout fails with 500. No workaround for customers."),
    release("shop", "1.1.1", 315, Kind::Subsequent, "Wish lists again, with the voucher total computed before the wish list joins in.")
        .by(Strategy::Canary),
    release("shop", "1.1.2", 303, Kind::Subsequent, "Search forgives one typing error. Adds an index, built concurrently."),
    release("shop", "1.1.3", 301, Kind::Hotfix, "Search index rebuild no longer locks the products table."),
    release("shop", "1.1.4", 289, Kind::Subsequent, "Order mails name the carrier and link its tracking."),
    release("shop", "1.2.0", 276, Kind::Subsequent, "Guest checkout. New column orders.guest_email, may be null.")
        .by(Strategy::Canary)
        .after(&[
            ("1.2.0-rc.1", "checkout.spec › guest order confirmation: mail not sent within 60 s", "Guests get no confirmation. The job looks for an account."),
            ("1.2.0-rc.2", "checkout.spec › guest order can be paid by a second try: 422", "A second payment attempt of a guest is refused."),
        ]),
    release("shop", "1.2.1", 264, Kind::Subsequent, "Faster home page: the teaser is cached for a minute."),
    release("shop", "1.2.2", 252, Kind::Subsequent, "Password rules of the new security guideline. Sessions end after 12 hours."),
    release("shop", "1.2.3", 241, Kind::Subsequent, "Stock is reserved while a customer pays.")
        .back(190, "integrations", "Queue workers stand still: reservations pile up, oldest job 41 min.", "Workers deadlock on reservations; orders are accepted and never sent. Back to the last good one."),
    release("shop", "1.2.4-gw5", 233, Kind::VendorSync, "The payment provider's client library 5.0. Their old endpoint closes in March.")
        .waived("integrations", "Their sandbox is down for maintenance until Thursday. One live payment of 1 EUR made and refunded, receipt in the shared folder."),
    release("shop", "1.2.5", 224, Kind::Subsequent, "Stock reservation again, one row lock at a time and with a timeout.")
        .by(Strategy::Canary),
    release("shop", "1.2.6", 213, Kind::Subsequent, "Returns: customers print their own label."),
    release("shop", "1.2.7", 211, Kind::Hotfix, "Return labels carried the address of the previous customer in the session. Cache key fixed, cache emptied."),
    release("shop", "1.2.8", 199, Kind::Subsequent, "Accessibility round: focus order, contrast, form errors that are read out."),
    release("shop", "1.3.0", 186, Kind::Subsequent, "New checkout in one page. Old one stays behind a switch for a month.")
        .by(Strategy::BlueGreen)
        .after(&[("1.3.0-rc.1", "a11y.spec › checkout: 4 fields without a label", "Half of the new fields have no label.")]),
    release("shop", "1.3.1", 174, Kind::Subsequent, "Checkout remembers the address while the card is corrected."),
    release("shop", "1.3.2", 161, Kind::Subsequent, "Framework update, five minor versions. No changes of our own.")
        .back(24, "perf-security/debug-mode", "An error page shows a stack trace and the environment.", "Debug pages in production: the update renamed the setting. Secrets shown to anyone; rotating them now."),
    release("shop", "1.3.3", 158, Kind::Subsequent, "Framework update with the renamed setting, and a start-up check that refuses debug in production.")
        .waived("migrations-forward-compatible", "Nothing but the setting differs from the release that was reviewed on Monday."),
    release("shop", "1.3.4", 145, Kind::Subsequent, "Invoices as PDF/A. Moves rendering into the queue."),
    release("shop", "1.3.5-gw5", 133, Kind::VendorSync, "The payment provider's client library 5.3: retries with an idempotency key."),
    release("shop", "1.3.6", 121, Kind::Subsequent, "Removes the old checkout and its switch. Drops nothing yet."),
    release("shop", "1.3.7", 109, Kind::Subsequent, "Cleanup after guest checkout: drops orders.legacy_contact in batches."),
    release("shop", "1.3.8", 97, Kind::Subsequent, "Summer sale: prices with a beginning and an end.")
        .after(&[("1.3.8-rc.1", "prices.spec › sale ends at midnight: still on sale at 00:00:01 in Lisbon", "The sale ends in the server's zone, not in the customer's.")]),
    release("shop", "1.3.9", 95, Kind::Hotfix, "Sale prices rounded up to the next cent for three of every thousand products."),
    release("shop", "1.3.10", 82, Kind::Subsequent, "Two-factor login for customers who want it."),
    release("shop", "1.3.11", 69, Kind::Subsequent, "Health check asks the queue as well. Response targets tightened to 800 ms."),
    release("shop", "1.3.12", 57, Kind::Subsequent, "Bigger database pool, prepared statements kept.")
        .back(75, "perf-security/home", "home answered 200 in 2840 ms, but expected response_time_ms < 800.", "Median of the home page from 140 ms to 2.8 s; the database refuses connections above 200."),
    release("shop", "1.3.13", 46, Kind::Subsequent, "Pool back to 20 a host, statements kept. The database's limit is now in the deploy check.")
        .by(Strategy::Canary),
    release("shop", "1.3.14-gw6", 33, Kind::VendorSync, "The payment provider's client library 6.0: strong customer authentication by default.")
        .waived("logs-triaged", "Triage job failed on the provider's new log format. Went through 312 lines by hand with Tomás: two known signatures, both low."),
    release("shop", "1.3.15", 19, Kind::Subsequent, "Categories in the address bar, old links redirect."),
];

/// Billing's, oldest first.
pub(crate) const BILLING: &[Release] = &[
    release("billing", "2.0.0", 340, Kind::First, "Billing leaves the shop and becomes a service of its own."),
    release("billing", "2.0.1", 318, Kind::Subsequent, "Dunning letters wait three days longer."),
    release("billing", "2.1.0", 270, Kind::Subsequent, "SEPA direct debit.")
        .back(140, "error-rate", "Error rate 1.9 % over 30 min, threshold 0.1 %, baseline 0.02 %.", "Mandates without a date are refused with 500; 1.9 % of all calls."),
    release("billing", "2.1.1", 266, Kind::Subsequent, "SEPA direct debit, with mandates of before the change read correctly."),
    release("billing", "2.2.0", 205, Kind::Subsequent, "Invoices are numbered per country."),
    release("billing", "2.2.1", 204, Kind::Hotfix, "Two invoices could get one number when closed in the same second."),
    release("billing", "2.3.0", 128, Kind::Subsequent, "Monthly closing runs in batches of a thousand.")
        .waived("saturation", "The exporter on the new hosts reports nothing yet; looked at the hosts themselves, 31 % at the peak of the closing."),
    release("billing", "2.3.1", 60, Kind::Subsequent, "Reads exchange rates from the second source when the first is stale."),
    release("billing", "2.4.0", 26, Kind::Subsequent, "Credit notes."),
];

/// Notifications', oldest first.
pub(crate) const NOTIFICATIONS: &[Release] = &[
    release(
        "notifications",
        "0.8.0",
        300,
        Kind::First,
        "Mails and text messages leave the shop's workers.",
    ),
    release("notifications", "0.8.1", 283, Kind::Subsequent, "Retries wait longer each time."),
    release("notifications", "0.9.0", 216, Kind::Subsequent, "Templates in four languages."),
    release(
        "notifications",
        "0.9.1",
        150,
        Kind::Subsequent,
        "Unsubscribe link in the header, as large mailbox providers ask for.",
    ),
    release("notifications", "0.10.0", 88, Kind::Subsequent, "Second mail relay.").back(
        35,
        "business-signals",
        "Mails accepted by the relay per minute: 4, baseline 118.",
        "The second relay accepts and drops; customers get no order mails.",
    ),
    release(
        "notifications",
        "0.10.1",
        84,
        Kind::Subsequent,
        "Second mail relay, with the bounce address it wants.",
    ),
    release(
        "notifications",
        "0.11.0",
        40,
        Kind::Subsequent,
        "Quiet hours by the customer's time zone.",
    ),
];
