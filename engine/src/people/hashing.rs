//! Hashing passwords. A hash takes 19 MiB and a core for a while, on purpose, so as many are worked out
//! side by side as there are cores, in memory that goes from one to the next: what each thread took for
//! itself would stay with it.

use std::sync::{LazyLock, Mutex, PoisonError};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{Error as HashError, Ident, Output, PasswordHash, Salt, SaltString},
};

use crate::{Error, work_queue::WorkQueue};

static QUEUE: LazyLock<WorkQueue> = LazyLock::new(|| {
    WorkQueue::new(std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
});

/// Memory that nobody works in now.
static SPARE: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// Hashes a password with the crate's defaults (19 MiB, 2 passes); as a PHC string.
///
/// # Errors
/// Where too many wait.
pub(super) async fn hash(password: String) -> Result<String, Error> {
    let hashed = QUEUE.run(move || {
        let salt_bytes: [u8; 16] = rand::random();
        let salt = SaltString::encode_b64(&salt_bytes)?;
        let params = Params::default();
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let hashed = PasswordHash {
            algorithm: Ident::from(Algorithm::Argon2id),
            version: Some(Version::V0x13.into()),
            params: (&params).try_into()?,
            salt: Some(salt.as_salt()),
            hash: Some(digest(Argon2::default(), &params, &password, salt.as_salt(), length)?),
        };
        Ok(hashed.to_string())
    });
    hashed
        .await?
        .map_err(|error: HashError| Error::Internal(format!("hashing a password: {error}")))
}

/// Whether a password is the one of this hash.
///
/// # Errors
/// Where too many wait.
pub(super) async fn is_of(password: String, known: String) -> Result<bool, Error> {
    QUEUE.run(move || matches(&password, &known).unwrap_or(false)).await
}

fn matches(password: &str, known: &str) -> Result<bool, HashError> {
    let known = PasswordHash::new(known)?;
    let (Some(salt), Some(expected)) = (known.salt, known.hash) else { return Ok(false) };
    let params = Params::try_from(&known)?;
    let algorithm = Algorithm::try_from(known.algorithm)?;
    let version = known.version.map_or(Ok(Version::default()), Version::try_from)?;
    let argon = Argon2::new(algorithm, version, params.clone());
    // The comparison takes the same time wherever they differ.
    Ok(digest(argon, &params, password, salt, expected.len())? == expected)
}

fn digest(
    argon: Argon2<'_>,
    params: &Params,
    password: &str,
    salt: Salt<'_>,
    length: usize,
) -> Result<Output, HashError> {
    let mut bytes = [0; Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut bytes)?;
    let spare = || SPARE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut memory = spare().pop().unwrap_or_default();
    memory.resize(params.block_count(), Block::default());
    let digest = Output::init_with(length, |out| {
        Ok(argon.hash_password_into_with_memory(password.as_bytes(), salt, out, &mut memory)?)
    });
    // Nobody waits: it goes back.
    if QUEUE.is_waited_for() {
        spare().push(memory);
    } else {
        spare().clear();
    }
    digest
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

    use super::*;

    /// What others of this crate wrote is read, and what is written they read.
    #[tokio::test]
    async fn hashes_are_those_of_the_crate() {
        let salt = SaltString::encode_b64(&[7; 16]).unwrap();
        let theirs = Argon2::default().hash_password(b"correct horse", &salt).unwrap().to_string();
        assert!(is_of("correct horse".into(), theirs.clone()).await.unwrap());
        assert!(!is_of("correct house".into(), theirs).await.unwrap());
        let ours = hash("correct horse".into()).await.unwrap();
        let read = PasswordHash::new(&ours).unwrap();
        assert!(Argon2::default().verify_password(b"correct horse", &read).is_ok());
        assert!(ours.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{ours}");
        assert!(!is_of("x".into(), "no hash".into()).await.unwrap());
    }
}
