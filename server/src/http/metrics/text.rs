//! Prometheus' text format, for counts that live where no metrics library is known.

use std::fmt::Write as _;

/// The lines of metrics.
#[derive(Debug, Default)]
pub struct Lines(String);

impl Lines {
    /// The head of a metric.
    pub fn head(&mut self, name: &str, kind: &str, help: &str) -> &mut Self {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
        self
    }

    /// A value of a metric; `labels` is what stands between the braces.
    pub fn value(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) -> &mut Self {
        let _ = if labels.is_empty() {
            writeln!(self.0, "{name} {value}")
        } else {
            writeln!(self.0, "{name}{{{labels}}} {value}")
        };
        self
    }

    /// A metric with one value.
    pub fn single(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, kind, help).value(name, "", value);
    }

    /// A histogram: `within` has, for each bound, how many values were at most as large.
    pub fn histogram(
        &mut self,
        name: &str,
        help: &str,
        (bounds, within): (&[f64], &[u64]),
        (sum, count): (f64, u64),
    ) {
        self.head(name, "histogram", help);
        let bucket = format!("{name}_bucket");
        for (bound, within) in bounds.iter().zip(within) {
            self.value(&bucket, &format!("le=\"{bound}\""), within);
        }
        self.value(&bucket, "le=\"+Inf\"", count);
        self.value(&format!("{name}_sum"), "", sum).value(&format!("{name}_count"), "", count);
    }

    /// The text.
    pub fn into_text(self) -> String {
        self.0
    }
}
