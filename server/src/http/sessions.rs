//! Browser sessions, kept by the engine.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use engine::Engine;
use tower_sessions::{
    SessionStore,
    cookie::time::OffsetDateTime,
    session::{Id, Record},
    session_store::{Error, Result},
};

/// The cookie that holds a session's id.
pub const SESSION_COOKIE: &str = "daytwo";

/// The session layer's store.
#[derive(Debug, Clone)]
pub struct Sessions(pub Engine);

#[async_trait]
impl SessionStore for Sessions {
    /// Keeps a new session; an id that is taken (one chance in 2^128) is drawn again.
    async fn create(&self, record: &mut Record) -> Result<()> {
        while self.load(&record.id).await?.is_some() {
            record.id = Id::default();
        }
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let data = serde_json::to_string(&record.data)
            .map_err(|error| Error::Encode(error.to_string()))?;
        let seconds = record.expiry_date.unix_timestamp();
        let expires_at = DateTime::<Utc>::from_timestamp(seconds, 0)
            .ok_or_else(|| Error::Encode("the expiry is out of range".into()))?;
        self.0
            .sessions()
            .save(record.id.to_string(), data, expires_at)
            .await
            .map_err(|error| Error::Backend(error.to_string()))
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = self
            .0
            .sessions()
            .load(&id.to_string())
            .await
            .map_err(|error| Error::Backend(error.to_string()))?;
        let Some((data, expires_at)) = found else { return Ok(None) };
        let data = serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(expires_at.timestamp())
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0
            .sessions()
            .delete(id.to_string())
            .await
            .map_err(|error| Error::Backend(error.to_string()))
    }
}
