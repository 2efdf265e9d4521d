//! The key the pages' cookies are signed with.

use store::settings;

use crate::{Error, sessions::Sessions};

const SETTING: &str = "cookie_key";

impl Sessions<'_> {
    /// The key: drawn once for an installation and kept in its database, so that all its portals
    /// sign with the same and a restart changes nothing.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn cookie_key(self) -> Result<[u8; 32], Error> {
        if let Some(key) = settings::get(&mut self.0.read().await?, SETTING).await? {
            return read(&key);
        }
        let drawn: [u8; 32] = rand::random();
        self.0
            .write(move |tx| {
                Box::pin(async move {
                    // Another portal may have been faster; then its key counts.
                    let known = settings::get(tx, SETTING).await?;
                    if let Some(key) = known {
                        return read(&key);
                    }
                    let hex = drawn.iter().map(|byte| format!("{byte:02x}")).collect();
                    settings::put(tx, SETTING, hex).await?;
                    Ok(drawn)
                })
            })
            .await
    }
}

fn read(hex: &str) -> Result<[u8; 32], Error> {
    let unreadable = || Error::Internal("the setting cookie_key holds no key".into());
    let mut key = [0; 32];
    if hex.len() != 2 * key.len() {
        return Err(unreadable());
    }
    for (at, byte) in key.iter_mut().enumerate() {
        let pair = hex.get(2 * at..2 * at + 2).ok_or_else(unreadable)?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| unreadable())?;
    }
    Ok(key)
}
