//! Telling other portals on the same PostgreSQL database what changed: by NOTIFY in the very commit
//! that keeps it, so that nobody hears of what is not there and what is there is heard of.

use std::{convert::Infallible, time::Duration};

use domain::event::Event;
use serde::{Deserialize, Serialize};
use sqlx::{PgPool, postgres::PgListener};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::{
    db::{Connection, Kind},
    error::StoreError,
};

const CHANNEL: &str = "daytwo_events";
/// The most events in one message: one has at most 140 bytes, and PostgreSQL takes 7,999.
const EVENTS_EACH: usize = 50;
/// Where a commit changes more than this, the others are told to look at everything.
const EVENTS_MAX: usize = 500;
/// How long nothing may be heard before the connection is tried.
const SILENT: Duration = Duration::from_secs(30);
/// How long that may take.
const TRIED: Duration = Duration::from_secs(5);
/// After what pause listening is tried again.
const AGAIN: Duration = Duration::from_millis(500);

#[derive(Serialize, Deserialize)]
struct Message {
    /// The portal that tells.
    from: Uuid,
    events: Vec<Event>,
}

/// Tells the others with the commit that comes.
pub(crate) async fn tell_others(
    link: &mut Connection,
    from: Uuid,
    events: &[Event],
) -> Result<(), StoreError> {
    if link.kind() == Kind::Sqlite || events.is_empty() {
        return Ok(());
    }
    let missed = [Event::missed()];
    let events = if events.len() > EVENTS_MAX { &missed } else { events };
    for some in events.chunks(EVENTS_EACH) {
        let message = Message { from, events: some.to_vec() };
        let payload = serde_json::to_string(&message)
            .map_err(|error| StoreError::corrupt("events", error))?;
        link.query("SELECT pg_notify('daytwo_events', $1)").bind(payload).fetch_all().await?;
    }
    Ok(())
}

/// Feeds what others tell into `events`, for as long as the database is open.
pub(crate) async fn listen(pool: PgPool, portal: Uuid, events: broadcast::Sender<Event>) {
    loop {
        match follow(&pool, portal, &events).await {
            Err(sqlx::Error::PoolClosed) => return,
            Err(error) => tracing::warn!(%error, "other portals are not heard at the moment"),
            Ok(never) => match never {},
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn follow(
    pool: &PgPool,
    portal: Uuid,
    events: &broadcast::Sender<Event>,
) -> Result<Infallible, sqlx::Error> {
    // Nobody listening is no error.
    let tell = |event| drop(events.send(event));
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    // What was told before this moment was not heard.
    tell(Event::missed());
    loop {
        let Ok(heard) = tokio::time::timeout(SILENT, listener.try_recv()).await else {
            // A connection whose other end is gone says nothing, as one does that has nothing to say.
            let alive = sqlx::query("SELECT 1").execute(&mut listener);
            tokio::time::timeout(TRIED, alive).await.map_err(|_| {
                sqlx::Error::Protocol("the listener's connection is silent".into())
            })??;
            continue;
        };
        let Some(notification) = heard? else {
            tell(Event::missed());
            continue;
        };
        match serde_json::from_str::<Message>(notification.payload()) {
            Ok(message) if message.from == portal => {}
            Ok(message) => message.events.into_iter().for_each(tell),
            // From a portal of another version.
            Err(_) => tell(Event::missed()),
        }
    }
}
