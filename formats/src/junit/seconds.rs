//! Times as tools write them, in whatever language their machine is set to.

/// Seconds in milliseconds; `None` where they cannot be read, or can be read in two ways.
pub(super) fn milliseconds(text: &str) -> Option<f64> {
    let seconds = seconds(text)?;
    (seconds.is_finite() && seconds >= 0.0).then_some(seconds * 1_000.0)
}

fn seconds(text: &str) -> Option<f64> {
    // Thousands are also set apart by spaces and apostrophes.
    let text: String =
        text.trim().chars().filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’')).collect();
    let (comma, point) = (text.rfind(','), text.rfind('.'));
    let plain = match (comma, point) {
        (None, Some(_)) if text.matches('.').count() > 1 => text.replace('.', ""),
        (None, _) => text,
        // The last of the two is the decimal one.
        (Some(comma), Some(point)) if comma > point => text.replace('.', "").replace(',', "."),
        (Some(_), Some(_)) => text.replace(',', ""),
        (Some(_), None) if text.matches(',').count() > 1 => text.replace(',', ""),
        (Some(comma), None) => {
            let (whole, digits) = (text.get(..comma)?, text.get(comma + 1..)?);
            // `1,234` is either; `0,160` and `1,2345` are not.
            let grouped = digits.len() == 3 && (1..=3).contains(&whole.len());
            if grouped && !whole.starts_with('0') {
                return None;
            }
            text.replace(',', ".")
        }
    };
    plain.parse().ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0.05", Some(50.0))]
    #[case("0,160", Some(160.0))]
    #[case("0,08", Some(80.0))]
    #[case("12,5", Some(12_500.0))]
    #[case("14,029.255", Some(14_029_255.0))]
    #[case("14.029,255", Some(14_029_255.0))]
    #[case("1,234,567.5", Some(1_234_567_500.0))]
    #[case("1,234,567", Some(1_234_567_000.0))]
    #[case("1.234.567", Some(1_234_567_000.0))]
    #[case("1 234,5", Some(1_234_500.0))]
    #[case("1\u{202f}234,5", Some(1_234_500.0))]
    #[case("1'234.5", Some(1_234_500.0))]
    #[case("1234,567", Some(1_234_567.0))]
    #[case("1,234", None)]
    #[case("123,456", None)]
    #[case("1.5e-3", Some(1.5))]
    #[case("-1", None)]
    #[case("soon", None)]
    #[case("", None)]
    fn times(#[case] text: &str, #[case] ms: Option<f64>) {
        assert_eq!(milliseconds(text), ms);
    }
}
