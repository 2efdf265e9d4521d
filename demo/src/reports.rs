//! JUnit reports as the demo's CI sends them.

/// The suites, each with its number of tests.
const SUITES: [(&str, usize); 6] = [
    ("account.spec", 14),
    ("catalogue.spec", 22),
    ("checkout.spec", 31),
    ("prices.spec", 18),
    ("wishlist.spec", 9),
    ("a11y.spec", 12),
];

/// A report of the end-to-end suite. `failing` names failing cases as `suite › case: message`.
pub(crate) fn end_to_end(failing: &[&str]) -> String {
    let split: Vec<(&str, &str, &str)> = failing
        .iter()
        .filter_map(|line| {
            let (suite, rest) = line.split_once(" › ")?;
            let (case, message) = rest.split_once(": ")?;
            Some((suite, case, message))
        })
        .collect();
    let total: usize = SUITES.iter().map(|(_, tests)| tests).sum();
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"end-to-end\" tests=\"{total}\" failures=\"{}\" errors=\"0\">\n",
        split.len()
    );
    for (suite, tests) in SUITES {
        let broken: Vec<_> = split.iter().filter(|(of, ..)| *of == suite).collect();
        xml.push_str(&format!(
            "  <testsuite name=\"{suite}\" tests=\"{tests}\" failures=\"{}\" errors=\"0\">\n",
            broken.len()
        ));
        for (_, case, message) in &broken {
            let (case, message) = (escape(case), escape(message));
            xml.push_str(&format!(
                "    <testcase classname=\"{suite}\" name=\"{case}\" time=\"12.8\">\
                 <failure message=\"{message}\">{message}</failure></testcase>\n"
            ));
        }
        for number in broken.len()..tests {
            let seconds = 0.4 + f64::from(u32::try_from(number % 7).unwrap_or(0)) * 0.6;
            xml.push_str(&format!(
                "    <testcase classname=\"{suite}\" name=\"case {}\" time=\"{seconds:.1}\"/>\n",
                number + 1
            ));
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
