//! Lists in pages: `?limit=` and an opaque `?cursor=`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use engine::Engine;
use hmac::{Hmac, Mac as _};
use http::StatusCode;
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;
use tokio::sync::OnceCell;

use super::problem::Problem;

/// The most a page may hold.
const LIMIT_MAX: i64 = 200;
/// How much of a signature a cursor holds: 128 bits, as many as cannot be guessed.
const SIGNATURE_BYTES: usize = 16;
/// What it holds where nobody says.
const LIMIT: i64 = 50;

/// A page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Listing<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; `null` on the last one.
    pub next_cursor: Option<String>,
}

/// The limit asked for.
///
/// # Errors
/// Where it is not 1 to 200.
pub fn limit(asked: Option<i64>) -> Result<i64, Problem> {
    match asked {
        None => Ok(LIMIT),
        Some(limit @ 1..=LIMIT_MAX) => Ok(limit),
        Some(_) => Err(Problem::field("/limit", format!("must be 1 to {LIMIT_MAX}"))),
    }
}

/// The lists that have pages; a cursor of one is none of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paged {
    /// Deployments.
    Deployments,
    /// Lessons.
    Lessons,
    /// Measurements of a check.
    Measurements,
    /// Services.
    Services,
}

/// Makes and reads cursors. They are signed with the installation's key, so that where a page begins
/// is what a page before has told, and nothing a caller made up.
#[derive(Debug, Default)]
pub struct Cursors(OnceCell<[u8; 32]>);

impl Cursors {
    /// The cursor that begins a page behind this key.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn encode<K: Serialize>(
        &self,
        engine: &Engine,
        list: Paged,
        last: Option<&K>,
    ) -> Result<Option<String>, Problem> {
        let Some(json) = last.and_then(|last| serde_json::to_vec(last).ok()) else {
            return Ok(None);
        };
        Ok(sign(self.key(engine).await?, list, &json))
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// Where it is not one this list gave, and on trouble with the database.
    pub async fn decode<K: DeserializeOwned>(
        &self,
        engine: &Engine,
        list: Paged,
        cursor: Option<&str>,
    ) -> Result<Option<K>, Problem> {
        let Some(cursor) = cursor else { return Ok(None) };
        let read = verified(self.key(engine).await?, list, cursor);
        read.and_then(|json| serde_json::from_slice(&json).ok()).map(Some).ok_or_else(|| {
            Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "The cursor is not one this list gave. Start again without it.",
            )
        })
    }

    async fn key(&self, engine: &Engine) -> Result<&[u8; 32], Problem> {
        Ok(self.0.get_or_try_init(|| engine.sessions().cookie_key()).await?)
    }
}

fn mac(key: &[u8; 32], list: Paged, json: &[u8]) -> Option<Hmac<Sha256>> {
    // A key of any length will do.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    // What the key signs otherwise begins with another word.
    mac.update(format!("cursor:{list:?}:").as_bytes());
    mac.update(json);
    Some(mac)
}

fn sign(key: &[u8; 32], list: Paged, json: &[u8]) -> Option<String> {
    let signature = mac(key, list, json)?.finalize().into_bytes();
    Some(BASE64.encode([&signature[..SIGNATURE_BYTES], json].concat()))
}

fn verified(key: &[u8; 32], list: Paged, cursor: &str) -> Option<Vec<u8>> {
    let bytes = BASE64.decode(cursor).ok()?;
    let (signature, json) = bytes.split_at_checked(SIGNATURE_BYTES)?;
    mac(key, list, json)?.verify_truncated_left(signature).ok()?;
    Some(json.to_vec())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: [u8; 32] = [7; 32];

    proptest! {
        #[test]
        fn what_was_signed_comes_back_and_nothing_else(
            json in proptest::collection::vec(any::<u8>(), 0..80),
            at in any::<proptest::sample::Index>(),
            bit in 0u8..8,
        ) {
            let cursor = sign(&KEY, Paged::Services, &json).unwrap();
            prop_assert_eq!(verified(&KEY, Paged::Services, &cursor), Some(json));
            prop_assert_eq!(verified(&KEY, Paged::Lessons, &cursor), None, "of another list");
            prop_assert_eq!(verified(&[8; 32], Paged::Services, &cursor), None, "of another portal");
            let mut bytes = BASE64.decode(&cursor).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert_eq!(verified(&KEY, Paged::Services, &BASE64.encode(bytes)), None);
        }

        /// Whatever is sent as one.
        #[test]
        fn no_text_is_a_cursor_by_chance(text in ".{0,200}") {
            prop_assert_eq!(verified(&KEY, Paged::Services, &text), None);
        }
    }
}
