//! What cron means beyond what the library reads: steps from a number on, and times that a change to
//! summer time leaves out.

use chrono::{DateTime, Duration, Offset as _, TimeZone as _, Utc};
use chrono_tz::Tz;
use croner::Cron;

/// The greatest of each field: minute, hour, day, month, day of the week, where Sunday is 7 as well.
const GREATEST: [u32; 5] = [59, 23, 31, 12, 7];
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// An expression with what cron leaves out: `5/15` is `5,20,35,50`, and a list with a `*` in it is `*`.
pub(super) fn in_full(text: &str) -> String {
    let has_any = |field: &str| field.contains(',') && field.split(',').any(|one| one == "*");
    let mut fields: Vec<_> = text
        .split_whitespace()
        .enumerate()
        .map(|(n, field)| {
            if has_any(field) {
                return "*".to_owned();
            }
            let whole = |element: &str| stepped(n, element).unwrap_or_else(|| element.to_owned());
            field.split(',').map(whole).collect::<Vec<_>>().join(",")
        })
        .collect();
    // Where neither day field begins with `*` either is enough, and one of them is every day.
    let days = [2, 4].map(|n| text.split_whitespace().nth(n).unwrap_or_default());
    if days.iter().all(|field| !field.starts_with('*')) && days.iter().any(|field| has_any(field)) {
        for n in [2, 4] {
            if let Some(field) = fields.get_mut(n) {
                "*".clone_into(field);
            }
        }
    }
    fields.join(" ")
}

/// `5/15` as the numbers it stands for.
fn stepped(field: usize, element: &str) -> Option<String> {
    let (from, step) = element.split_once('/')?;
    let greatest = *GREATEST.get(field)?;
    let names: &[&str] = match field {
        3 => &MONTHS,
        4 => &DAYS,
        _ => &[],
    };
    let named = names.iter().position(|name| from.eq_ignore_ascii_case(name));
    let first = if field == 3 { 1 } else { 0 };
    let from = match named {
        Some(at) => u32::try_from(at).ok()? + first,
        None => number(from)?,
    };
    let step = usize::try_from(number(step)?).ok().filter(|step| *step > 0)?;
    let of_week = |day: u32| if field == 4 { day % 7 } else { day };
    let all: Vec<_> =
        (from..=greatest).step_by(step).map(|number| of_week(number).to_string()).collect();
    (!all.is_empty()).then(|| all.join(","))
}

fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
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
