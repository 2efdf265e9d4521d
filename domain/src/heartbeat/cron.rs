//! What cron means beyond what the library reads: steps from a number on, and times that a change to
//! summer time leaves out.

use chrono::{DateTime, Duration, Offset as _, TimeZone as _, Utc};
use chrono_tz::Tz;
use croner::Cron;

/// The greatest of each field: minute, hour, day, month, day of the week.
const GREATEST: [u8; 5] = [59, 23, 31, 12, 6];

/// An expression with what cron leaves out: `5/15` is `5-59/15`, and a list with a `*` in it is `*`.
pub(super) fn in_full(text: &str) -> String {
    let fields = text.split_whitespace().enumerate().map(|(n, field)| {
        let elements = || field.split(',');
        if elements().count() > 1 && elements().any(|element| element == "*") {
            return "*".to_owned();
        }
        let in_full = |element: &str| {
            let (from, step) = element.split_once('/')?;
            let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let greatest = GREATEST.get(n).filter(|_| number(from) && number(step))?;
            Some(format!("{from}-{greatest}/{step}"))
        };
        let whole = |element: &str| in_full(element).unwrap_or_else(|| element.to_owned());
        elements().map(whole).collect::<Vec<_>>().join(",")
    });
    fields.collect::<Vec<_>>().join(" ")
}

/// Whether it comes at certain minutes of certain hours. What comes every so often goes on when the
/// clocks have gone forward.
pub(super) fn is_fixed(text: &str) -> bool {
    !text.split_whitespace().take(2).any(|field| field.starts_with('*'))
}

/// When the clocks go forward between two moments over a time it comes at: it comes then, as cron has it.
pub(super) fn left_out(
    cron: &Cron,
    zone: Tz,
    after: DateTime<Utc>,
    next: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let offset = |at: DateTime<Utc>| zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    let mut from = after;
    while from < next {
        let to = (from + Duration::days(7)).min(next);
        let (before, behind) = (offset(from), offset(to));
        let ahead = behind.local_minus_utc() - before.local_minus_utc();
        if ahead > 0 {
            let change = change_between(from, to, offset);
            let minutes = i64::from(ahead / 60);
            // On the clock that was not put forward.
            let comes = |minute: i64| {
                let at = (change + Duration::minutes(minute)).with_timezone(&before);
                cron.is_time_matching(&at).unwrap_or(false)
            };
            if change > after && (0..minutes).any(comes) {
                return Some(change).filter(|change| *change < next);
            }
        }
        from = to;
    }
    None
}

/// When the clocks change, to the second, where they do once.
fn change_between<O: PartialEq>(
    mut from: DateTime<Utc>,
    mut to: DateTime<Utc>,
    offset: impl Fn(DateTime<Utc>) -> O,
) -> DateTime<Utc> {
    let before = offset(from);
    while to - from > Duration::seconds(1) {
        let middle = from + (to - from) / 2;
        if offset(middle) == before { from = middle } else { to = middle }
    }
    // Zones change on whole minutes.
    to - Duration::nanoseconds(i64::from(to.timestamp_subsec_nanos()))
}
