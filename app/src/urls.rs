//! Addresses of this portal: which may be followed, and how they travel in a query.

use http::{HeaderMap, header::ACCEPT};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but what is safe anywhere in a query.
const UNSAFE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The query of a login page that an act led to: nobody is signed in any more.
pub const ENDED: &str = "ended=1";

/// Whether the client wants a page rather than data.
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|accept| accept.contains("text/html"))
}

/// The login page that leads back here.
pub fn login_for(path: &str, query: &str) -> String {
    if path == "/" || path == "/login" || path == "/setup" {
        return "/login".into();
    }
    let mut next = path.to_owned();
    if !query.is_empty() {
        next.push('?');
        next.push_str(query);
    }
    format!("/login?next={}", encode(&next))
}

/// Percent-encodes all but what is safe anywhere in a query.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNSAFE).to_string()
}

/// A path on this portal, for going back to; `None` for anything that leads elsewhere.
pub fn local_path(text: &str) -> Option<&str> {
    let leads_away = text.starts_with("//") || text.contains('\\');
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    (text.starts_with('/') && !leads_away && plain).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn login_leads_back() {
        assert_eq!(login_for("/", ""), "/login");
        assert_eq!(login_for("/history", "q=a b&x=1"), "/login?next=/history%3Fq%3Da%20b%26x%3D1");
    }

    #[test]
    fn only_paths_of_this_portal_are_followed() {
        assert_eq!(local_path("/deployments/1?x=2#y"), Some("/deployments/1?x=2#y"));
        for elsewhere in
            ["//evil.example", "https://evil.example", "/\\evil.example", "x", "", "/a b"]
        {
            assert_eq!(local_path(elsewhere), None, "{elsewhere}");
        }
    }
}
