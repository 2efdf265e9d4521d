//! Durations as runbooks write them: `15m`, `48h`, `1h30m`, `30d`.

const UNITS: [(char, u64); 5] =
    [('w', 7 * 86_400), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Reads `48h` or `1h30m` as seconds; `None` where it is not such a duration, or too long to hold.
pub(super) fn parse(text: &str) -> Option<u64> {
    let mut total: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: u64 = rest.get(..digits)?.parse().ok()?;
        let unit = rest.get(digits..)?.chars().next()?;
        let (_, seconds) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(count.checked_mul(seconds)?)?;
        rest = rest.get(digits + unit.len_utf8()..)?;
    }
    (!text.is_empty()).then_some(total)
}

/// Writes seconds in the largest unit that is exact; days only from three days on, because people
/// say 48 h.
pub(super) fn format(seconds: u64) -> String {
    for (name, size) in UNITS {
        let exact = seconds > 0 && seconds.is_multiple_of(size);
        if exact && name != 'w' && (name != 'd' || seconds >= 3 * 86_400) {
            return format!("{}{name}", seconds / size);
        }
    }
    format!("{seconds}s")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("15m", Some(900))]
    #[case("48h", Some(172_800))]
    #[case("1h30m", Some(5_400))]
    #[case("30d", Some(2_592_000))]
    #[case("2w", Some(1_209_600))]
    #[case("0m", Some(0))]
    #[case("", None)]
    #[case("15", None)]
    #[case("m", None)]
    #[case("-1h", None)]
    #[case("1.5h", None)]
    #[case("15 m", None)]
    #[case("99999999999999999999h", None)]
    #[case("18446744073709551615w", None)]
    #[case("1é", None)]
    fn reads(#[case] text: &str, #[case] seconds: Option<u64>) {
        assert_eq!(parse(text), seconds);
    }

    #[rstest]
    #[case(172_800, "48h")]
    #[case(86_400, "24h")]
    #[case(259_200, "3d")]
    #[case(2_592_000, "30d")]
    #[case(900, "15m")]
    #[case(90, "90s")]
    #[case(0, "0s")]
    fn writes(#[case] seconds: u64, #[case] text: &str) {
        assert_eq!(format(seconds), text);
        assert_eq!(parse(text), Some(seconds));
    }
}
