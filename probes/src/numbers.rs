//! Numbers in sentences.

/// How many digits of a number are shown where nothing asks for more.
const DIGITS: usize = 4;

/// A number beside the limits it was compared with, with as many digits as tell it from each of them:
/// a sentence that rounds to the limit contradicts itself.
pub(crate) fn beside(value: f64, limits: &[f64]) -> String {
    let tells = |shown: f64| {
        limits.iter().all(|limit| shown.partial_cmp(limit) == value.partial_cmp(limit))
    };
    // Seventeen digits are all a number has.
    let shown = (DIGITS..=17).map(|digits| rounded(value, digits)).find(|shown| tells(*shown));
    shown.unwrap_or(value).to_string()
}

/// A time in milliseconds: with a tenth where that says something.
pub(crate) fn ms(value: f64) -> String {
    if value < 10.0 { format!("{value:.1} ms") } else { format!("{value:.0} ms") }
}

fn rounded(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits - 1).parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0.02, &[0.01], "0.02")]
    #[case(0.0100001, &[0.01], "0.0100001")]
    #[case(1_305.287, &[1_000.0], "1305")]
    #[case(1_000.04, &[1_000.0], "1000.04")]
    #[case(99.995, &[99.9], "100")]
    #[case(99.999_5, &[100.0], "99.999")]
    #[case(3.0, &[], "3")]
    #[case(1.3, &[1.0], "1.3")]
    #[case(-0.5, &[0.0], "-0.5")]
    #[case(12_000_000.0, &[1.0], "12000000")]
    fn numbers_have_the_digits_that_tell(
        #[case] value: f64,
        #[case] limits: &[f64],
        #[case] is: &str,
    ) {
        assert_eq!(beside(value, limits), is);
    }

    proptest! {
        #[test]
        fn what_is_shown_compares_as_what_was_seen(
            value in -1e12_f64..1e12, limit in -1e12_f64..1e12, close in -1e-9_f64..1e-9,
        ) {
            for limit in [limit, value + close, value] {
                let shown: f64 = beside(value, &[limit]).parse().unwrap();
                prop_assert_eq!(shown.partial_cmp(&limit), value.partial_cmp(&limit));
            }
        }
    }
}
