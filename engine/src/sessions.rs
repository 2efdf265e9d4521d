//! Browser sessions: kept, found and forgotten for the session layer.

use chrono::{DateTime, Utc};
use store::sessions;

use crate::{Engine, Refusal};

impl Engine {
    /// A session's data where it has not expired.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn load_session(&self, id: &str) -> Result<Option<(String, DateTime<Utc>)>, Refusal> {
        Ok(sessions::load(&mut self.read().await?, id, self.now()).await?)
    }

    /// Keeps a session's data until `expires_at`.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn save_session(
        &self,
        id: String,
        data: String,
        expires_at: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        self.write(move |tx| {
            Box::pin(async move { Ok(sessions::save(tx, id, data, expires_at).await?) })
        })
        .await
    }

    /// Forgets a session.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn delete_session(&self, id: String) -> Result<(), Refusal> {
        self.write(move |tx| Box::pin(async move { Ok(sessions::delete(tx, id).await?) })).await
    }
}
