//! Times as the fields of browsers write them; they are UTC, as the labels say.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use engine::Error;

/// A date and time from a field `datetime-local`.
///
/// # Errors
/// Where it is none.
pub fn moment(pointer: &str, text: &str) -> Result<DateTime<Utc>, Error> {
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .into_iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .map(|naive| naive.and_utc())
        .ok_or_else(|| Error::field(pointer, "must be a date and time such as 2026-11-21T14:30"))
}

/// The end of the day of a field `date`.
///
/// # Errors
/// Where it is none.
pub fn end_of_day(pointer: &str, text: &str) -> Result<DateTime<Utc>, Error> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .and_then(|date| date.and_hms_opt(23, 59, 59))
        .map(|naive| naive.and_utc())
        .ok_or_else(|| Error::field(pointer, "must be a date such as 2027-11-21"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_browsers_send_is_read_as_utc() {
        let found = moment("/at", "2026-11-21T14:30").map(|at| at.to_rfc3339());
        assert_eq!(found.unwrap(), "2026-11-21T14:30:00+00:00");
        assert!(moment("/at", "yesterday").is_err());
        let found = end_of_day("/expires", "2027-02-28").map(|at| at.to_rfc3339());
        assert_eq!(found.unwrap(), "2027-02-28T23:59:59+00:00");
        assert!(end_of_day("/expires", "2027-02-30").is_err());
    }
}
