//! Keeps secrets out of what is stored and shown.

use std::borrow::Cow;

use regex::Regex;
use url::{Position, Url};

use crate::pattern::pattern;

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

/// Whether a header's, variable's or parameter's name sounds as if its value were a secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
        || name.split(['_', '-', '.']).any(|part| matches!(part, "key" | "pass" | "auth" | "salt"))
}

/// The address with the values of secret-sounding parameters taken out.
pub(crate) fn url(url: &Url) -> String {
    let scheme = &url[..Position::BeforeUsername];
    let place = &url[Position::BeforeHost..Position::AfterPath];
    let Some(query) = url.query() else { return format!("{scheme}{place}") };
    let kept: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if is_secret_name(name) || matches!(name, "code" | "sig" | "state") => {
                format!("{name}={REDACTED}")
            }
            _ => pair.to_owned(),
        })
        .collect();
    format!("{scheme}{place}?{}", kept.join("&"))
}

/// An address as it may be shown: without user and password, and without the values of parameters whose
/// names sound secret.
#[must_use]
pub fn address(text: &str) -> String {
    Url::parse(text).map_or_else(|_| self::text(text), |address| url(&address))
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

// `name = value`, `"name": "value"`, `name: value`, `name=value&` and two cells of a table, where
// the name sounds secret.
pattern!(
    ASSIGNMENT,
    r#"(?ix)
    (?P<name> [a-z0-9_.\-]* (?: passw | pwd | passphrase | secret | token | api[_-]?key
        | app[_-]?key | private | credential | signature | session | csrf | authorization
        | cookie | dsn | _key | _pass | _salt | _auth ) [a-z0-9_.\-]* )
    (?P<sep> ["'\]]? \s* (?: => | = | : ) \s*
        | \s* </t[dh]> \s* <t[dh][^>]*> \s* (?: <[a-z]+[^>]*> \s* )* )
    (?P<value> " (?: [^"\\\n] | \\. )* "? | ' (?: [^'\\\n] | \\. )* '?
        | [^\s,;&<>"'}]+ (?: \  [^\n<>"',;&}]* )? )
    "#
);

// `scheme://user:password@host` and `scheme://token@host`.
pattern!(USERINFO, r"(?P<scheme>[a-z][a-z0-9+.\-]*://)[^\s/@]+@");

// Key material between its BEGIN and END lines, or to the end where it was cut.
pattern!(
    PRIVATE_KEY,
    r"(?s)(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END [A-Z ]*PRIVATE KEY-----|\z)"
);

/// A text with the values of secret-sounding names, passwords in addresses and private keys taken
/// out.
pub(crate) fn text(text: &str) -> String {
    let (Some(key), Some(userinfo), Some(assignment)) = (&*PRIVATE_KEY, &*USERINFO, &*ASSIGNMENT)
    else {
        // Rather nothing than a secret.
        return REDACTED.to_owned();
    };
    // Most texts have nothing to redact, which a look for what each pattern cannot do without tells
    // at a fraction of what the pattern costs: each header of each probe comes by here.
    let mut shown = Cow::Borrowed(text);
    if shown.contains("-----BEGIN") {
        shown = replaced(key, shown, &format!("${{1}} {REDACTED} ${{2}}"));
    }
    if shown.contains('@') {
        shown = replaced(userinfo, shown, &format!("${{scheme}}{REDACTED}@"));
    }
    if shown.contains(['=', ':', '<']) {
        shown = replaced(assignment, shown, &format!("${{name}}${{sep}}{REDACTED}"));
    }
    shown.into_owned()
}

fn replaced<'t>(pattern: &Regex, text: Cow<'t, str>, by: &str) -> Cow<'t, str> {
    // Whether it matches at all is found out faster than where its parts are.
    if pattern.is_match(&text) { pattern.replace_all(&text, by).into_owned().into() } else { text }
}

/// Control characters replaced, so that a body cannot play tricks on whoever reads it.
pub(crate) fn printable(text: &str) -> String {
    let harmless = |byte: u8| (0x20..0x7f).contains(&byte) || matches!(byte, b'\n' | b'\t');
    if text.bytes().all(harmless) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c })
        .collect()
}

/// At most `most` characters, with an ellipsis where something was cut.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    // No text has more characters than bytes.
    if text.len() <= most || text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("DB_PASSWORD=geheim", "DB_PASSWORD=[redacted]")]
    #[case("password: geheim und mehr", "password: [redacted]")]
    #[case(r#"{"api_key": "ge\"heim", "name": "x"}"#, r#"{"api_key": [redacted], "name": "x"}"#)]
    #[case("'secret' => 'geheim',", "'secret' => [redacted],")]
    #[case("a=1&access_token=geheim&b=2", "a=1&access_token=[redacted]&b=2")]
    #[case(
        "<td class=e>DB_PASS </td><td class=v>geheim </td>",
        "<td class=e>DB_PASS </td><td class=v>[redacted]</td>"
    )]
    #[case(
        "<td>SECRET_KEY</td>\n<td><pre>'geheim'</pre></td>",
        "<td>SECRET_KEY</td>\n<td><pre>[redacted]</pre></td>"
    )]
    #[case("postgres://shop:geheim@db/shop", "postgres://[redacted]@db/shop")]
    #[case("https://geheim@example.org/x.git", "https://[redacted]@example.org/x.git")]
    #[case(
        "-----BEGIN RSA PRIVATE KEY-----\ngeheim",
        "-----BEGIN RSA PRIVATE KEY----- [redacted] "
    )]
    #[case("keyboard: qwerty, monkey = 1", "keyboard: qwerty, monkey = 1")]
    fn secrets_go_and_the_rest_stays(#[case] given: &str, #[case] shown: &str) {
        assert_eq!(text(given), shown);
    }

    #[rstest]
    #[case("Authorization", true)]
    #[case("X-Api-Key", true)]
    #[case("x-auth-token", true)]
    #[case("APP_KEY", true)]
    #[case("Accept", false)]
    #[case("X-Keyboard", false)]
    #[case("author", false)]
    fn a_name_sounds_secret_or_not(#[case] name: &str, #[case] secret: bool) {
        assert_eq!(is_secret_name(name), secret);
    }

    #[test]
    fn an_address_keeps_its_shape() {
        let given = Url::parse("https://u:geheim@example.org/a?token=geheim&page=2#x").unwrap();
        assert_eq!(url(&given), "https://example.org/a?token=[redacted]&page=2");
    }
}
