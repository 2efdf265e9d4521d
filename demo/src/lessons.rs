//! What the demo's team learned in a year.

use crate::people::Cast;

/// A lesson.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lesson {
    pub(crate) service: &'static str,
    /// The production release it was learned from.
    pub(crate) version: &'static str,
    /// Hours after that deployment.
    pub(crate) after_h: i64,
    pub(crate) by: Cast,
    pub(crate) title: &'static str,
    pub(crate) body: &'static str,
}

const fn lesson(
    service: &'static str,
    version: &'static str,
    after_h: i64,
    by: Cast,
    title: &'static str,
    body: &'static str,
) -> Lesson {
    Lesson { service, version, after_h, by, title, body }
}

pub(crate) const LESSONS: &[Lesson] = &[
    lesson(
        "shop",
        "1.0.0",
        50,
        Cast::Sre,
        "A new host sends no logs until its name is in the shipper's list",
        "Web-2 was in the load balancer for nine hours before its first line arrived. Nobody noticed because web-1 logged for two.\n\n**Next time:** before a host takes traffic, look for a line from *that* host, not for lines.",
    ),
    lesson(
        "shop",
        "1.0.2",
        49,
        Cast::Operator,
        "Silence in the log was the shipper, not the shop",
        "We read \"no errors for ten hours\" as good news. The disk of the shipper was full.\n\n**Check that would have caught it:** alarm when a host logs nothing for 15 minutes while it answers requests.",
    ),
    lesson(
        "shop",
        "1.1.0",
        26,
        Cast::Operator,
        "Smoke tests need a cart with a voucher",
        "The happy path has no voucher; a fifth of our orders do. The rollback took 3 min 40 s, finding the fault took 41 min.\n\n**Now in the smoke test:** one order with a percentage voucher, one with a fixed one.",
    ),
    lesson(
        "shop",
        "1.1.3",
        30,
        Cast::Sre,
        "CREATE INDEX CONCURRENTLY is not enough when the job rebuilds it nightly",
        "The migration was harmless. The nightly rebuild used a plain `REINDEX` and held the products table for 11 minutes at 01:15.\n\n**Next time:** grep the scheduled jobs for the table before touching its indexes.",
    ),
    lesson(
        "shop",
        "1.1.4",
        52,
        Cast::Product,
        "An old queue worker sent the old mail for six hours",
        "One worker on web-2 survived the deploy (it was in a long job) and went on with the old templates: 214 mails without a tracking link.\n\n**Became a box:** `workers-replaced` in *production-deploy*. The deploy script now reports the workers it stopped and started.",
    ),
    lesson(
        "shop",
        "1.2.3",
        28,
        Cast::Sre,
        "Oldest job is the number to watch, not queue length",
        "Queue length looked normal: jobs were taken, blocked, and put back. The age of the oldest job went up in a straight line from the first minute.\n\n**Threshold agreed:** oldest job above 5 min for 10 min means roll back.",
    ),
    lesson(
        "shop",
        "1.2.4-gw5",
        60,
        Cast::Operator,
        "The provider's sandbox has a maintenance calendar. Subscribe to it",
        "We had to waive `integrations` because the sandbox was down on the day we chose.\n\n**Next time:** choose the day after looking at their calendar; link is in the runbook's instructions.",
    ),
    lesson(
        "shop",
        "1.2.7",
        20,
        Cast::Product,
        "Labels of other customers: a cache key without the customer in it",
        "Seven customers saw somebody else's address for up to 50 minutes. Reported to the data protection officer the same night.\n\n**Check:** the end-to-end suite now prints labels for two customers in one run and compares them.",
    ),
    lesson(
        "shop",
        "1.3.0",
        55,
        Cast::Product,
        "Blue-green made the switch boring, and the way back too",
        "Nothing happened, which is the lesson. Both sets cost us one extra host for two days.\n\n**Keep:** blue-green for anything that changes the checkout.",
    ),
    lesson(
        "shop",
        "1.3.2",
        6,
        Cast::Sre,
        "A renamed setting falls back to its default, and the default was debug",
        "`APP_DEBUG=false` was still there; the framework now reads `APP_MODE`. The probe failed 90 seconds after the deploy and we were back after 24 minutes. All eleven secrets on that page were rotated by the evening.\n\n**Now:** the program refuses to start in production with debug on. The probe stays.",
    ),
    lesson(
        "shop",
        "1.3.7",
        54,
        Cast::Operator,
        "Dropping a column in batches of 5,000 took 40 minutes and nobody noticed",
        "That is how it should be. Batches, a pause of 200 ms, and a switch to stop it. Replication lag stayed under 2 s.",
    ),
    lesson(
        "shop",
        "1.3.9",
        33,
        Cast::Sre,
        "At night, read the diff aloud",
        "The hotfix was eight lines. Reading them to each other on the phone found the second rounding in the export, which would have been the next hotfix.",
    ),
    lesson(
        "shop",
        "1.3.12",
        5,
        Cast::Sre,
        "A pool per process times the processes is what the database sees",
        "60 connections × 4 processes × 2 hosts is 480; the database allows 200. Staging has one process.\n\n**Check:** the deploy refuses a pool size whose product is above 80 % of `max_connections`.",
    ),
    lesson(
        "billing",
        "2.1.0",
        22,
        Cast::Operator,
        "Try new code on old rows",
        "Our fixtures were all made after the change. 1.9 % of the mandates were older and had no date.\n\n**Next time:** staging gets a monthly copy of production with the names taken out.",
    ),
    lesson(
        "notifications",
        "0.10.0",
        8,
        Cast::Sre,
        "Accepted is not delivered",
        "The relay answered 250 to everything and dropped it for the missing bounce address. Our error rate was zero.\n\n**Threshold agreed:** delivered per minute against the baseline of the same weekday, roll back under half for 15 min.",
    ),
];
