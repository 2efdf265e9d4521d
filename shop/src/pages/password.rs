//! Passwords: what is acceptable, and their Argon2id hashes.

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use rand::RngCore;

use crate::error::ShopError;

/// What the forms say about passwords.
pub const HINT: &str = "At least 10 characters.";

/// Why a password is not acceptable.
pub fn problem(password: &str) -> Option<&'static str> {
    match password.chars().count() {
        0..10 => Some("The password must have at least 10 characters."),
        10..=200 => None,
        _ => Some("The password must have at most 200 characters."),
    }
}

/// Hashes a password, on the pool for blocking work.
///
/// # Errors
/// If the hash cannot be computed.
pub async fn hash(password: String) -> Result<String, ShopError> {
    blocking(move || {
        let mut salt = [0_u8; 16];
        rand::rng().fill_bytes(&mut salt);
        let salt = SaltString::encode_b64(&salt)?;
        Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
    })
    .await
}

/// Whether a password fits a hash. Without a hash (no such account) it takes as long and is false,
/// so that the time does not tell which accounts exist.
///
/// # Errors
/// If the hash cannot be read.
pub async fn fits(password: String, hash: Option<String>) -> Result<bool, ShopError> {
    let Some(known) = hash else {
        self::hash(password).await?;
        return Ok(false);
    };
    blocking(move || {
        let parsed = PasswordHash::new(&known)?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, argon2::password_hash::Error> + Send + 'static,
) -> Result<T, ShopError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(ShopError::Internal(format!("password hash: {error}"))),
        Err(error) => Err(ShopError::Internal(format!("password hash: {error}"))),
    }
}
