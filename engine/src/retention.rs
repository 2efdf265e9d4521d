//! For how long what was measured is kept, and forgetting it. Forgetting takes nothing and may run
//! at any time, at any number of portals.

use chrono::{DateTime, Duration, Utc};
use domain::{
    permissions::{Permission, permit},
    retention::Retention,
    who::{Person, Who},
};
use store::{
    Link, StoreError, measurements,
    series::{self, minute_of},
    settings,
    size::{Size, size},
};

use crate::{Engine, Refusal, audit::entry, error::Faults};

/// The setting's name.
const KEY: &str = "retention";

/// What the page about storage shows.
#[derive(Debug, Clone)]
pub struct StoragePage {
    /// For how long what was measured is kept.
    pub retention: Retention,
    /// How much that is.
    pub size: Size,
    /// Which database keeps it.
    pub database: store::Kind,
    /// When the page was read.
    pub now: DateTime<Utc>,
}

/// For how long what was measured is kept.
pub(crate) async fn read(link: &mut Link) -> Result<Retention, StoreError> {
    let kept = settings::get(link, KEY).await?;
    // What cannot be read is not taken for the default: that would forget what is to be kept.
    kept.map_or_else(
        || Ok(Retention::default()),
        |text| serde_json::from_str(&text).map_err(|error| StoreError::corrupt(KEY, error)),
    )
}

impl Engine {
    /// What is kept, and how much that is.
    ///
    /// # Errors
    /// Where the reader may not see it.
    pub async fn storage_page(&self, person: &Person) -> Result<StoragePage, Refusal> {
        permit(&Who::Person(person.clone()), Permission::ManagePeople, None)?;
        let mut link = self.read().await?;
        Ok(StoragePage {
            retention: read(&mut link).await?,
            size: size(&mut link).await?,
            database: self.database(),
            now: self.now(),
        })
    }

    /// Sets for how long what was measured is kept. What is too old then is forgotten within the
    /// hour.
    ///
    /// # Errors
    /// Where the actor may not, or a number of days is out of bounds.
    pub async fn set_retention(&self, who: &Who, retention: Retention) -> Result<(), Refusal> {
        permit(who, Permission::ManagePeople, None)?;
        let mut faults = Faults::default();
        for (name, fault) in retention.faults() {
            faults.note(&format!("/{name}"), Err(fault));
        }
        faults.into_result()?;
        let text = serde_json::to_string(&retention)
            .map_err(|error| Refusal::Internal(error.to_string()))?;
        let (who, now) = (who.clone(), self.now());
        self.write(move |tx| {
            Box::pin(async move {
                let before = read(tx).await?;
                settings::put(tx, KEY, text).await?;
                let mut made = entry(&who, now, "retention.put", "setting", KEY)
                    .says("changed for how long what was measured is kept");
                for ((name, now, ..), (_, was, ..)) in
                    retention.parts().into_iter().zip(before.parts())
                {
                    if now != was {
                        made = made.with(name, format!("{was} to {now}"));
                    }
                }
                made.record(tx);
                Ok(())
            })
        })
        .await
    }

    /// Forgets measurements that are too old, rolls minutes that are up into hours, and forgets
    /// hours that are; answers how many series had any minutes. A few at a time, so that nobody
    /// waits long.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn forget_what_is_old(&self) -> Result<usize, Refusal> {
        let now = self.now();
        let kept = read(&mut self.read().await?).await?;
        let before = move |days| now - Duration::days(days);
        let old = before(kept.measurements_d);
        for one in measurements::to_forget(&mut self.read().await?, old).await? {
            let mut next = Some(one);
            while let Some(one) = next {
                let act = self.write(move |tx| {
                    Box::pin(async move { Ok(measurements::forget(tx, one).await?) })
                });
                next = act.await?;
            }
        }
        // A day more: what is said today is noted by the day.
        let old = old - Duration::days(1);
        let unsaid = measurements::unsaid(&mut self.read().await?, old).await?;
        if !unsaid.is_empty() {
            self.write(move |tx| {
                Box::pin(async move { Ok(measurements::forget_outcomes(tx, unsaid, old).await?) })
            })
            .await?;
        }
        let minutes = minute_of(before(kept.minutes_d));
        let hours = minute_of(before(kept.hours_d)).div_euclid(60);
        let mut rolled = 0;
        while self
            .write(move |tx| Box::pin(async move { Ok(series::roll_up(tx, minutes).await?) }))
            .await?
        {
            rolled += 1;
        }
        self.write(move |tx| {
            Box::pin(async move {
                measurements::forget_evidence(tx, before(kept.hours_d)).await?;
                Ok(series::forget_hours(tx, hours).await?)
            })
        })
        .await?;
        Ok(rolled)
    }
}
