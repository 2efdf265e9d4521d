//! For how long what was measured is kept. What is older, background tasks remove (`prune`) or sum
//! up (`roll_up_minutes`).

use crate::handle::handle;
use chrono::{DateTime, Utc};
use domain::{
    actor::{Actor, Person},
    permissions::{Permission, authorize},
    retention::Retention,
};
use store::{
    Connection, StoreError, Tx,
    disk_usage::{DiskUsage, disk_usage},
    settings,
};

use crate::{
    Error,
    audit::entry,
    background::names::{PRUNE, ROLL_UP_MINUTES},
    error::ValidationErrors,
};

handle! {
    /// The use cases of settings.
    settings: Settings
}

/// The setting's name.
const KEY: &str = "retention";

/// What the page about storage shows.
#[derive(Debug, Clone)]
pub struct StoragePage {
    /// For how long what was measured is kept.
    pub retention: Retention,
    /// How much that is.
    pub size: DiskUsage,
    /// Which database keeps it.
    pub database: store::Kind,
    /// When the page was read.
    pub now: DateTime<Utc>,
}

/// For how long what was measured is kept.
pub(crate) async fn read(link: &mut Connection) -> Result<Retention, StoreError> {
    let kept = settings::get(link, KEY).await?;
    // What cannot be read is not taken for the default: that would forget what is to be kept.
    kept.map_or_else(
        || Ok(Retention::default()),
        |text| serde_json::from_str(&text).map_err(|error| StoreError::corrupt(KEY, error)),
    )
}

/// Sets for how long what was measured is kept.
///
/// # Errors
/// Where the actor may not, or a number of days is out of bounds.
pub async fn set_retention(
    tx: &mut Tx,
    actor: &Actor,
    retention: Retention,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    authorize(actor, Permission::ManagePeople, None)?;
    let mut faults = ValidationErrors::default();
    for (name, fault) in retention.faults() {
        faults.note(&format!("/{name}"), Err(fault));
    }
    faults.into_result()?;
    let text =
        serde_json::to_string(&retention).map_err(|error| Error::Internal(error.to_string()))?;
    let before = read(tx).await?;
    settings::put(tx, KEY, text).await?;
    let mut made = entry(actor, now, "retention.put", "setting", KEY)
        .says("changed for how long what was measured is kept");
    for ((name, is, ..), (_, was, ..)) in retention.parts().into_iter().zip(before.parts()) {
        if is != was {
            made = made.with(name, format!("{was} to {is}"));
        }
    }
    made.record(tx);
    Ok(())
}

impl Settings<'_> {
    /// What is kept, and how much that is.
    ///
    /// # Errors
    /// Where the reader may not see it.
    pub async fn storage_page(self, person: &Person) -> Result<StoragePage, Error> {
        authorize(&Actor::Person(person.clone()), Permission::ManagePeople, None)?;
        let mut link = self.0.read().await?;
        Ok(StoragePage {
            retention: read(&mut link).await?,
            size: disk_usage(&mut link).await?,
            database: self.0.database(),
            now: self.0.now(),
        })
    }

    /// As [`set_retention`], in a transaction of its own; what is too old then is removed soon after.
    ///
    /// # Errors
    /// As [`set_retention`].
    pub async fn set_retention(self, actor: &Actor, retention: Retention) -> Result<(), Error> {
        let (actor, now) = (actor.clone(), self.0.now());
        self.0
            .write(move |tx| {
                Box::pin(async move { set_retention(tx, &actor, retention, now).await })
            })
            .await?;
        self.0.task_statuses().wake(PRUNE);
        self.0.task_statuses().wake(ROLL_UP_MINUTES);
        Ok(())
    }
}
