//! Reads the header `Strict-Transport-Security`.

/// The `max-age` of a header as RFC 6797 has it: once, a whole number, perhaps quoted.
pub(crate) fn max_age(header: &str) -> Option<u64> {
    let mut found = None;
    for directive in header.split(';') {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        if !name.trim().eq_ignore_ascii_case("max-age") {
            continue;
        }
        if found.is_some() {
            return None;
        }
        let value = value.trim();
        let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
        if value.is_empty() || !value.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        // Longer than fits is longer than anything asked for.
        found = Some(value.parse().unwrap_or(u64::MAX));
    }
    found
}
