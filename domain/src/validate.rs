//! What people and scripts may write: names, versions, texts, times. Each error says what to
//! change.

use chrono::{DateTime, Duration, Utc};

/// The longest version accepted, in characters.
pub const VERSION_MAX: usize = 128;
/// The longest slug or key accepted, in characters.
pub const SLUG_MAX: usize = 64;
/// How far ahead of ours another clock may be, in seconds.
pub const CLOCK_AHEAD_S: i64 = 300;

/// A version: 1 to 128 letters, digits and `. _ + - ~ : / @ #`.
///
/// # Errors
/// A sentence that names what is wrong with it.
pub fn version(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("must not be empty".into());
    }
    if text.chars().count() > VERSION_MAX {
        return Err(format!("must have at most {VERSION_MAX} characters"));
    }
    match text.chars().find(|c| !(c.is_ascii_alphanumeric() || "._+-~:/@#".contains(*c))) {
        Some(c) => Err(format!(
            "must consist of letters, digits and . _ + - ~ : / @ #; {} is not one of them",
            show(c)
        )),
        None => Ok(()),
    }
}

/// A slug or key: 1 to 64 lower-case letters, digits and `-`, beginning and ending with a letter
/// or digit.
///
/// # Errors
/// A sentence that says what a slug looks like.
pub fn slug(text: &str) -> Result<(), String> {
    let fits = !text.is_empty()
        && text.len() <= SLUG_MAX
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-');
    if fits {
        Ok(())
    } else {
        Err(format!(
            "must be 1 to {SLUG_MAX} lower-case letters, digits and hyphens, such as `shop-web`"
        ))
    }
}

/// The key of an indicator: as a slug, and `_` too, since that is how metrics are named.
///
/// # Errors
/// A sentence that says what a key looks like.
pub fn metric_key(text: &str) -> Result<(), String> {
    slug(&text.replace('_', "-")).map_err(|_| {
        format!(
            "must be 1 to {SLUG_MAX} lower-case letters, digits, hyphens and underscores, such as \
             `error_rate`"
        )
    })
}

/// One line of text of at most `max` characters: not empty, no control characters, no characters
/// that change the writing direction.
///
/// # Errors
/// A sentence that names what is wrong with it.
pub fn line(text: &str, max: usize) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("must not be empty".into());
    }
    within(text, max)?;
    visible(text, |c| c.is_control())
}

/// Several lines of text of at most `max` characters; may be empty.
///
/// # Errors
/// A sentence that names what is wrong with it.
pub fn text(text: &str, max: usize) -> Result<(), String> {
    within(text, max)?;
    visible(text, |c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// Whether a text can be the name of a header (RFC 9110, a token).
#[must_use]
pub fn is_token(text: &str) -> bool {
    let is_tchar = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&c);
    !text.is_empty() && text.bytes().all(is_tchar)
}

/// An absolute `http` or `https` address without credentials in it.
///
/// # Errors
/// A sentence that says what such an address looks like.
pub fn http_url(text: &str) -> Result<(), String> {
    line(text, 2048)?;
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .ok_or("must be an absolute address such as `https://shop.example.org`")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains(char::is_whitespace) {
        return Err("must name a host, such as `https://shop.example.org`".into());
    }
    if authority.contains('@') {
        return Err("must not carry a name or password; send them as a header".into());
    }
    let behind_host = authority.rsplit_once(']').map_or(authority, |(_, behind)| behind);
    if let Some((_, port)) = behind_host.rsplit_once(':')
        && !port.is_empty()
        && !port.parse::<u16>().is_ok_and(|port| port > 0)
    {
        return Err("must have a port from 1 to 65535, or none".into());
    }
    Ok(())
}

/// An e-mail address, as far as it can be told without sending a mail.
///
/// # Errors
/// A sentence that says what such an address looks like.
pub fn email(text: &str) -> Result<(), String> {
    line(text, 254)?;
    let fits = text
        .split_once('@')
        .is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'))
        && !text.contains(char::is_whitespace)
        && !text.contains(['<', '>', '"', ',', ';']);
    if fits { Ok(()) } else { Err("must be an address such as `jo@example.org`".into()) }
}

/// A time reported by another machine: not more than 5 minutes ahead of our clock.
///
/// # Errors
/// A sentence that gives our time.
pub fn not_future(at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), String> {
    if at > now + Duration::seconds(CLOCK_AHEAD_S) {
        Err(format!(
            "lies in the future; it is now {}. Check the sender's clock",
            now.format("%Y-%m-%dT%H:%M:%SZ")
        ))
    } else {
        Ok(())
    }
}

/// A password: at least 12 characters, at most 256.
///
/// # Errors
/// A sentence that says how long it must be.
pub fn password(text: &str) -> Result<(), String> {
    match text.chars().count() {
        0..12 => Err("must have at least 12 characters".into()),
        12..=256 => Ok(()),
        _ => Err("must have at most 256 characters".into()),
    }
}

fn within(text: &str, max: usize) -> Result<(), String> {
    if text.chars().count() > max {
        Err(format!("must have at most {max} characters"))
    } else {
        Ok(())
    }
}

fn visible(text: &str, forbidden: impl Fn(char) -> bool) -> Result<(), String> {
    match text.chars().find(|c| forbidden(*c) || turns_direction(*c)) {
        Some(c) => Err(format!("must not contain {}", show(c))),
        None => Ok(()),
    }
}

/// Characters that are invisible and change how the text around them is read.
const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn show(c: char) -> String {
    if c.is_control() || turns_direction(c) || c.is_whitespace() {
        format!("the character U+{:04X}", u32::from(c))
    } else {
        format!("`{c}`")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("1.4.0")]
    #[case("v2026.11.21-rc.1+build.5")]
    #[case("9f2c1ab")]
    #[case("release/1.2")]
    fn versions_that_are_fine(#[case] text: &str) {
        assert_eq!(version(text), Ok(()));
    }

    #[rstest]
    #[case("", "must not be empty")]
    #[case("1.4\u{202E}0", "U+202E")]
    #[case("1.4\n", "U+000A")]
    #[case("1.4\0", "U+0000")]
    #[case("<b>1</b>", "`<`")]
    #[case("1 4", "U+0020")]
    fn versions_that_are_not(#[case] text: &str, #[case] says: &str) {
        let error = version(text).unwrap_err();
        assert!(error.contains(says), "{error}");
    }

    #[test]
    fn a_version_of_ten_thousand_characters_is_refused() {
        assert_eq!(version(&"1".repeat(10_000)), Err("must have at most 128 characters".into()));
    }

    #[rstest]
    #[case("shop", true)]
    #[case("shop-2", true)]
    #[case("Shop", false)]
    #[case("-shop", false)]
    #[case("", false)]
    #[case("shop/../x", false)]
    fn slugs(#[case] text: &str, #[case] fine: bool) {
        assert_eq!(slug(text).is_ok(), fine);
    }

    #[rstest]
    #[case("https://shop.example.org", true)]
    #[case("http://127.0.0.1:4010/x", true)]
    #[case("http://[::1]:8080/x", true)]
    #[case("http://[::1]/x", true)]
    #[case("http://127.0.0.1:99999/x", false)]
    #[case("http://shop:x/", false)]
    #[case("http://[::1]:0/", false)]
    #[case("ftp://shop", false)]
    #[case("https://", false)]
    #[case("https://a:b@shop", false)]
    #[case("javascript:alert(1)", false)]
    fn urls(#[case] text: &str, #[case] fine: bool) {
        assert_eq!(http_url(text).is_ok(), fine);
    }

    #[test]
    fn texts() {
        assert_eq!(line("Jo Müller", 80), Ok(()));
        assert!(line("  ", 80).is_err());
        assert!(line("a\nb", 80).is_err());
        assert_eq!(text("a\n\tb", 80), Ok(()));
        assert!(text("a\u{2066}b", 80).unwrap_err().contains("U+2066"));
        assert!(text("abc", 2).is_err());
    }
}
