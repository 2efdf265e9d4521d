//! Browser sessions: kept, found and forgotten for the session layer.

use crate::handle::handle;
use chrono::{DateTime, Utc};
use domain::ids::PersonId;
use store::sessions;

use crate::Error;

handle! {
    /// The use cases of sessions.
    sessions: Sessions
}

/// The most sessions of a person at a time.
const EACH: i64 = 50;

impl Sessions<'_> {
    /// Makes room for one more session of a person: of too many the oldest end.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn make_room(self, person: PersonId) -> Result<(), Error> {
        let person = person.to_string();
        self.0
            .write(move |tx| {
                Box::pin(async move {
                    sessions::keep_newest(tx, &person, EACH - 1).await?;
                    Ok(())
                })
            })
            .await
    }

    /// A session's data where it has not expired.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn load(self, id: &str) -> Result<Option<(String, DateTime<Utc>)>, Error> {
        Ok(sessions::load(&mut self.0.read().await?, id, self.0.now()).await?)
    }

    /// Keeps a session's data until `expires_at`.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn save(
        self,
        id: String,
        data: String,
        expires_at: DateTime<Utc>,
    ) -> Result<(), Error> {
        self.0
            .write(move |tx| {
                Box::pin(async move { Ok(sessions::save(tx, id, data, expires_at).await?) })
            })
            .await
    }

    /// Forgets a session.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn delete(self, id: String) -> Result<(), Error> {
        self.0.write(move |tx| Box::pin(async move { Ok(sessions::delete(tx, id).await?) })).await
    }
}
