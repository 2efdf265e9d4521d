//! Times as people read them; the same words the server writes.

/// A duration in its two largest units, such as `31 h 48 min`.
pub fn duration(seconds: u64) -> String {
    const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
    let units = if seconds < 3 * 86_400 { &UNITS[1..] } else { &UNITS[..] };
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

/// A point in time seen from now; `ahead` is in seconds and negative for the past.
pub fn relative(ahead: i64) -> String {
    match ahead {
        -4..=4 => "now".into(),
        5.. => format!("in {}", duration(ahead.unsigned_abs())),
        _ => format!("{} ago", duration(ahead.unsigned_abs())),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use chrono::{DateTime, Duration};

    #[test]
    fn the_server_says_the_same() {
        let now = DateTime::UNIX_EPOCH;
        for ahead in [0, 4, 5, 41, 61, 3_599, 3_600, 114_480, 172_800, 259_199, 259_200, 522_100] {
            for ahead in [ahead, -ahead] {
                let server = domain::humanize::relative(now + Duration::seconds(ahead), now);
                assert_eq!(super::relative(ahead), server, "{ahead} s");
            }
        }
    }
}
