//! What came of an act, kept until the next page shows it: in a cookie of the reader's own, which
//! is signed, so that nobody else can put words into the portal's mouth. The portal keeps nothing,
//! so a message costs no write, and any portal on the same database can show it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, Mac as _};
use http::{HeaderMap, HeaderValue, header::COOKIE};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::form_draft::FormDraft;

const NAME: &str = "daytwo_said";
/// How long a message waits for its page.
const WAITS_S: i64 = 60;
/// The most characters of a message: a cookie holds 4 KB.
const MAX: usize = 600;
/// What is signed begins with this, so that the key can sign other things as well.
const PURPOSE: &[u8] = b"said:";

/// What came of an act, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    /// Whether it was done.
    pub good: bool,
    /// The sentence.
    pub text: String,
    /// What was typed where it was refused; it is shown at once and never kept.
    pub draft: FormDraft,
}

/// A message as the cookie holds it.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    good: bool,
    text: std::borrow::Cow<'a, str>,
    /// Seconds since 1970.
    until: i64,
}

fn mac(key: &[u8; 32]) -> Option<Hmac<Sha256>> {
    // A key of any length will do.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(PURPOSE);
    Some(mac)
}

/// The cookie that keeps a message for the next page.
pub fn cookie(
    key: &[u8; 32],
    good: bool,
    said: &str,
    now: DateTime<Utc>,
    secure: bool,
) -> Option<HeaderValue> {
    let mut text = std::borrow::Cow::Borrowed(said);
    if let Some((end, _)) = said.char_indices().nth(MAX) {
        text = format!("{}…", &said[..end]).into();
    }
    let until = (now + Duration::seconds(WAITS_S)).timestamp();
    let payload = BASE64.encode(serde_json::to_vec(&Kept { good, text, until }).ok()?);
    let mut mac = mac(key)?;
    mac.update(payload.as_bytes());
    let signature = BASE64.encode(mac.finalize().into_bytes());
    header(&format!("{payload}.{signature}"), WAITS_S, secure)
}

/// The cookie that forgets the message once it was shown.
pub fn shown(secure: bool) -> Option<HeaderValue> {
    header("", 0, secure)
}

fn header(value: &str, max_age_s: i64, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let cookie =
        format!("{NAME}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&cookie).ok()
}

/// Whether a request brings a message, be it good or forged.
pub fn brought(headers: &HeaderMap) -> bool {
    value(headers).is_some()
}

fn value(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == NAME && !value.is_empty())
        .map(|(_, value)| value)
}

/// The message a request brings, where this portal's key signed it and it is not too old.
pub fn read(key: &[u8; 32], headers: &HeaderMap, now: DateTime<Utc>) -> Option<Flash> {
    let (payload, signature) = value(headers)?.split_once('.')?;
    let mut mac = mac(key)?;
    mac.update(payload.as_bytes());
    mac.verify_slice(&BASE64.decode(signature).ok()?).ok()?;
    let bytes = BASE64.decode(payload).ok()?;
    let Kept { good, text, until } = serde_json::from_slice(&bytes).ok()?;
    let draft = FormDraft::default();
    (now.timestamp() < until).then(|| Flash { good, text: text.into_owned(), draft })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn sent_back(cookie: &HeaderValue) -> HeaderMap {
        let pair = cookie.to_str().unwrap().split(';').next().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_str(&format!("daytwo=1; {pair}")).unwrap());
        headers
    }

    #[test]
    fn a_message_comes_back_once_signed_and_not_for_long() {
        let now = DateTime::UNIX_EPOCH;
        let kept = cookie(&KEY, true, "Ticked – “all well”.", now, true).unwrap();
        assert!(kept.to_str().unwrap().ends_with("; HttpOnly; SameSite=Lax; Secure"));
        let headers = sent_back(&kept);
        let flash = read(&KEY, &headers, now).unwrap();
        assert_eq!((flash.good, flash.text.as_str()), (true, "Ticked – “all well”."));
        assert_eq!(read(&KEY, &headers, now + Duration::seconds(WAITS_S)), None);
        assert_eq!(read(&[8; 32], &headers, now), None, "of another installation");
        let forged = HeaderValue::from_static("daytwo_said=eyJnb29kIjp0cnVlfQ.AAAA");
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, forged);
        assert!(brought(&headers));
        assert_eq!(read(&KEY, &headers, now), None);
    }

    proptest::proptest! {
        /// Whatever a reader sends as the cookie: no panic, and no message that was not signed.
        #[test]
        fn no_cookie_is_a_message_by_chance(text in "[!-:<-~]{1,200}") {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, HeaderValue::from_str(&format!("{NAME}={text}")).unwrap());
            proptest::prop_assert_eq!(read(&KEY, &headers, DateTime::UNIX_EPOCH), None);
        }
    }

    #[test]
    fn the_longest_message_fits_a_cookie() {
        let kept = cookie(&KEY, false, &"\"ä".repeat(4_000), DateTime::UNIX_EPOCH, true).unwrap();
        assert!(kept.len() < 4_000, "{}", kept.len());
        let flash = read(&KEY, &sent_back(&kept), DateTime::UNIX_EPOCH).unwrap();
        assert!(flash.text.ends_with('…'));
    }
}
