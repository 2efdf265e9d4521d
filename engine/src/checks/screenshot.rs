//! A picture of a journey.

use chrono::DateTime;
use domain::{
    actor::{Actor, Person},
    ids::CheckId,
    permissions::{Permission, authorize},
};
use store::measurements;

use super::Checks;
use crate::Error;

impl Checks<'_> {
    /// The picture of step `n` of the journey that a check began `at` (microseconds since 1970),
    /// as JPEG.
    ///
    /// # Errors
    /// Where there is none, or it is no longer kept.
    pub async fn screenshot(
        self,
        person: &Person,
        check: CheckId,
        at: i64,
        n: usize,
    ) -> Result<Vec<u8>, Error> {
        authorize(&Actor::Person(person.clone()), Permission::Read, None)?;
        let gone = || Error::not_found("picture any more, of step", n + 1);
        let at = DateTime::from_timestamp_micros(at).ok_or_else(gone)?;
        let mut link = self.0.read().await?;
        measurements::picture(&mut link, check, at, n).await?.ok_or_else(gone)
    }
}
