//! Waiving a box.

use chrono::{DateTime, Duration, Utc};
use domain::humanize;
use engine::Error;
use leptos::prelude::*;

use super::{Done, Outcome, filled, when};
use crate::form::{Act, Form, OfRun};

/// Waives a box until the chosen time. `expires` is `1h`, `24h`, `7d`, `watch` or `until`; with
/// `watch` comes the end of the watch, with `until` a date and time in UTC.
#[server(prefix = "/act", endpoint = "waive", input = Form)]
pub async fn waive(
    #[server(flatten)] of: OfRun,
    item: String,
    reason: String,
    expires: String,
    #[server(default)] watch_ends_at: String,
    #[server(default)] until: String,
) -> Outcome {
    let act = Act::here()?;
    let at = expiry(&expires, &watch_ends_at, &until, act.engine.now())?;
    act.engine.runs().waive(&act.actor, of.run, &item, &reason, at).await?;
    Ok(Done::here(format!("Waived until {}.", humanize::exact(at))).at(item))
}

fn expiry(
    expires: &str,
    watch_ends_at: &str,
    until: &str,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, Error> {
    let until = filled(until);
    if expires != "until" && until.is_some() {
        return Err(Error::field(
            "/until",
            "is filled in, but another end is chosen: choose “the time beside”, or empty it",
        ));
    }
    match expires {
        "1h" => Ok(now + Duration::hours(1)),
        "24h" => Ok(now + Duration::hours(24)),
        "7d" => Ok(now + Duration::days(7)),
        "watch" => DateTime::parse_from_rfc3339(watch_ends_at)
            .map(|at| at.to_utc())
            .map_err(|_| Error::field("/watch_ends_at", "must be a time")),
        "until" => when::moment("/until", &until.unwrap_or_default()),
        _ => Err(Error::field("/expires", "must be 1h, 24h, 7d, watch or until")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(expires: &str, until: &str) -> Result<DateTime<Utc>, Error> {
        expiry(expires, "2026-11-21T14:02:00Z", until, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn every_choice_has_its_time() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().ok();
        assert_eq!(asked("1h", "").ok(), at("1970-01-01T01:00:00Z"));
        assert_eq!(asked("24h", "").ok(), at("1970-01-02T00:00:00Z"));
        assert_eq!(asked("7d", "").ok(), at("1970-01-08T00:00:00Z"));
        assert_eq!(asked("watch", "").ok(), at("2026-11-21T14:02:00Z"));
        assert_eq!(asked("until", "2026-11-20T09:30").ok(), at("2026-11-20T09:30:00Z"));
        assert!(asked("1h", "2026-11-20T09:30").is_err(), "which of the two is meant?");
        assert!(asked("until", "").is_err());
        assert!(asked("until", "tomorrow").is_err());
        assert!(asked("for ever", "").is_err());
    }
}
