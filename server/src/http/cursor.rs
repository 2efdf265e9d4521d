//! Lists in pages: `?limit=` and an opaque `?cursor=`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use serde::{Serialize, de::DeserializeOwned};

use super::problem::Problem;

/// The most a page may hold.
const LIMIT_MAX: i64 = 200;
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

/// Hides a key in a cursor.
pub fn encode<K: Serialize>(key: &K) -> Option<String> {
    serde_json::to_vec(key).ok().map(|json| URL_SAFE_NO_PAD.encode(json))
}

/// Reads a cursor.
///
/// # Errors
/// Where it is not one of ours.
pub fn decode<K: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<K>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|json| serde_json::from_slice(&json).ok())
        .map(Some)
        .ok_or_else(|| {
            Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "The cursor is not one this list gave. Start again without it.",
            )
        })
}
