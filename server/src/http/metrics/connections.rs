//! How many connections there are and were.

use super::text::Lines;
use crate::http::connections::Counts;

/// The lines.
pub fn lines(lines: &mut Lines, counts: Counts) {
    let open = "Connections that are open";
    lines.single("daytwo_http_connections", "gauge", open, counts.open);
    for (name, help, value) in [
        ("closed", "Idle connections closed to make room for others", counts.closed),
        ("refused", "Connections refused, since all others were being answered", counts.refused),
    ] {
        lines.single(&format!("daytwo_http_connections_{name}_total"), "counter", help, value);
    }
}
