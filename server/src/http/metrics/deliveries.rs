//! How many deliveries are in which state.

use super::text::Lines;

/// The lines.
pub fn lines(lines: &mut Lines, by_state: &[(&'static str, i64)]) {
    let name = "daytwo_deliveries";
    lines.head(name, "gauge", "Deliveries by state; failed and unknown ones wait for a person");
    for (state, count) in by_state {
        lines.value(name, &format!("state=\"{state}\""), count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_has_its_line() {
        let mut text = Lines::default();
        lines(&mut text, &[("pending", 2), ("failed", 0)]);
        let text = text.into_text();
        assert!(text.ends_with(
            "daytwo_deliveries{state=\"pending\"} 2\ndaytwo_deliveries{state=\"failed\"} 0\n"
        ));
    }
}
