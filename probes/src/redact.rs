//! Keeps secrets out of what is stored and shown.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

/// What stands where a secret stood.
pub(crate) const REDACTED: &str = "[redacted]";

/// Words that make a header's, variable's or parameter's name sound secret.
const SECRET_WORDS: [&str; 17] = [
    "authorization",
    "cookie",
    "token",
    "secret",
    "passw",
    "passphrase",
    "pwd",
    "api-key",
    "api_key",
    "apikey",
    "app_key",
    "private",
    "credential",
    "signature",
    "session",
    "csrf",
    "dsn",
];

/// Whether a name sounds as if its value were a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
        || name.split(['_', '-', '.']).any(|part| matches!(part, "key" | "pass" | "auth" | "salt"))
}

/// The address with the values of secret-sounding parameters taken out.
pub(crate) fn url(url: &Url) -> String {
    let mut shown = url.clone();
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_fragment(None);
    let Some(query) = url.query() else { return shown.to_string() };
    let kept: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if is_secret_name(name) || matches!(name, "code" | "sig" | "state") => {
                format!("{name}={REDACTED}")
            }
            _ => pair.to_owned(),
        })
        .collect();
    shown.set_query(None);
    format!("{shown}?{}", kept.join("&"))
}

/// A header's value as it may be shown.
pub(crate) fn header_value(name: &str, value: &str) -> String {
    match name.to_ascii_lowercase().as_str() {
        "set-cookie" => set_cookie(value),
        "location" | "content-location" | "refresh" => {
            Url::parse(value).map_or_else(|_| text(value), |address| url(&address))
        }
        "www-authenticate" => value.to_owned(),
        lower if is_secret_name(lower) => REDACTED.to_owned(),
        _ => text(value),
    }
}

/// Keeps a cookie's name and attributes, which checks look at, and drops its value.
fn set_cookie(value: &str) -> String {
    let (pair, attributes) = value.split_once(';').map_or((value, ""), |(pair, rest)| (pair, rest));
    let name = pair.split_once('=').map_or("", |(name, _)| name);
    let separator = if attributes.is_empty() { "" } else { ";" };
    format!("{name}={REDACTED}{separator}{attributes}")
}

/// `name = value`, `"name": "value"`, `name: value` and `name=value&` with a secret-sounding name.
static ASSIGNMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?ix)
        (?P<name> [a-z0-9_.\-]* (?: passw | pwd | passphrase | secret | token | api[_-]?key
            | app[_-]?key | private | credential | signature | session | csrf | authorization
            | cookie | dsn | _key | _pass | _salt | _auth ) [a-z0-9_.\-]* )
        (?P<sep> ["'\]]? \s* (?: => | = | : ) \s* )
        (?P<value> " (?: [^"\\\n] | \\. )* "? | ' (?: [^'\\\n] | \\. )* '? | [^\s,;&<>"'}]+ (?: \ [^\n<>"',;&}]* )? )
        "#,
    )
    .ok()
});

/// `scheme://user:password@host`.
static USERINFO: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?P<scheme>[a-z][a-z0-9+.\-]*://)[^\s/@:]*:[^\s/@]+@").ok());

/// Key material between its BEGIN and END lines, or to the end where it was cut.
static PRIVATE_KEY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?s)(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END [A-Z ]*PRIVATE KEY-----|\z)")
        .ok()
});

/// A text with the values of secret-sounding names, passwords in addresses and private keys taken
/// out.
pub(crate) fn text(text: &str) -> String {
    let (Some(key), Some(userinfo), Some(assignment)) = (&*PRIVATE_KEY, &*USERINFO, &*ASSIGNMENT)
    else {
        // Rather nothing than a secret.
        return REDACTED.to_owned();
    };
    let shown = key.replace_all(text, format!("${{1}} {REDACTED} ${{2}}"));
    let shown = userinfo.replace_all(&shown, format!("${{scheme}}{REDACTED}@"));
    assignment.replace_all(&shown, format!("${{name}}${{sep}}{REDACTED}")).into_owned()
}

/// Control characters replaced, so that a body cannot play tricks on whoever reads it.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c })
        .collect()
}

/// At most `most` characters, with an ellipsis where something was cut.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}
