//! A picture of a journey.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::DateTime;
use domain::{
    ids::CheckId,
    permissions::{Permission, permit},
    who::{Person, Who},
};
use store::measurements;

use crate::{Engine, Refusal};

impl Engine {
    /// The picture of step `n` of the journey that a check began `at` (microseconds since 1970),
    /// as JPEG.
    ///
    /// # Errors
    /// Where there is none, or it is no longer kept.
    pub async fn picture(
        &self,
        person: &Person,
        check: CheckId,
        at: i64,
        n: usize,
    ) -> Result<Vec<u8>, Refusal> {
        permit(&Who::Person(person.clone()), Permission::Read, None)?;
        let gone = || Refusal::not_found("picture any more, of step", n + 1);
        let at = DateTime::from_timestamp_micros(at).ok_or_else(gone)?;
        let mut link = self.read().await?;
        let seen = measurements::evidence_at(&mut link, check, at).await?.ok_or_else(gone)?;
        let picture = seen.pictures.get(n).ok_or_else(gone)?;
        STANDARD.decode(&picture.jpeg).map_err(|error| Refusal::Internal(error.to_string()))
    }
}
