//! Durations and times as people read them.

use chrono::{DateTime, Utc};

/// A duration in its two largest units, such as `31 h 48 min`, `2 d 4 h` or `41 s`. Negative ones
/// read like positive ones.
#[must_use]
pub fn duration(seconds: i64) -> String {
    let seconds = seconds.unsigned_abs();
    let units = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
    // Two days are better read as hours: a watch is 48 h.
    let units = if seconds < 3 * 86_400 { &units[1..] } else { &units[..] };
    let Some(first) = units.iter().position(|(_, size)| seconds >= *size) else {
        return "0 s".into();
    };
    let (name, size) = units[first];
    let rest = seconds % size;
    match units.get(first + 1) {
        Some((smaller, part)) if rest / part > 0 && *smaller != "s" => {
            format!("{} {name} {} {smaller}", seconds / size, rest / part)
        }
        _ => format!("{} {name}", seconds / size),
    }
}

/// A duration somebody measured, to the second below an hour: `1 min 35 s`.
#[must_use]
pub fn took(seconds: i64) -> String {
    match (seconds / 60, seconds % 60) {
        (minutes @ 1..60, rest @ 1..) => format!("{minutes} min {rest} s"),
        _ => duration(seconds),
    }
}

/// A point in time seen from now: `in 16 h 12 min`, `4 min ago`, `now`.
#[must_use]
pub fn relative(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match (at - now).num_seconds() {
        -4..=4 => "now".into(),
        ahead @ 5.. => format!("in {}", duration(ahead)),
        behind => format!("{} ago", duration(behind)),
    }
}

/// The exact UTC time, as shown on hover.
#[must_use]
pub fn exact(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Date and time to the minute, such as `19 Nov 14:02`; with the year where it is another one.
#[must_use]
pub fn short(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    use chrono::Datelike as _;
    if at.year() == now.year() {
        at.format("%-d %b %H:%M").to_string()
    } else {
        at.format("%-d %b %Y %H:%M").to_string()
    }
}

/// A sentence that ends, whoever wrote it.
#[must_use]
pub fn ended(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn what_was_measured_keeps_its_seconds() {
        assert_eq!(took(95), "1 min 35 s");
        assert_eq!(took(41), "41 s");
        assert_eq!(took(120), "2 min");
        assert_eq!(took(3_661), "1 h 1 min");
    }

    #[rstest]
    #[case(0, "0 s")]
    #[case(41, "41 s")]
    #[case(61, "1 min")]
    #[case(3_600, "1 h")]
    #[case(114_480, "31 h 48 min")]
    #[case(172_800, "48 h")]
    #[case(6 * 86_400 + 3_700, "6 d 1 h")]
    fn durations(#[case] seconds: i64, #[case] expected: &str) {
        assert_eq!(duration(seconds), expected);
        assert_eq!(duration(-seconds), expected);
    }
}
