//! Waiving a box.

use axum::response::Response;
use chrono::{DateTime, Duration, Utc};
use domain::ids::RunId;
use engine::{Refusal, text};
use serde::Deserialize;

use super::{filled, when};
use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct Waive {
    #[serde(alias = "deployment")]
    run: RunId,
    item: String,
    reason: String,
    /// `1h`, `24h`, `7d`, `watch` or `until`.
    expires: String,
    /// The end of the watch, for `watch`.
    #[serde(default)]
    watch_ends_at: String,
    /// A date and time in UTC, for `until`.
    #[serde(default)]
    until: String,
}

/// Waives a box until the chosen time.
pub async fn waive(act: Act<Waive>) -> Response {
    let form = &act.form;
    let result = async {
        let at = expiry(form, act.engine.now())?;
        act.engine.runs().waive(&act.who, form.run, &form.item, &form.reason, at).await?;
        Ok(Done::here(format!("Waived until {}.", text::exact(at))).at(&form.item))
    }
    .await;
    act.answer(result).await
}

fn expiry(form: &Waive, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refusal> {
    let until = filled(&form.until);
    if form.expires != "until" && until.is_some() {
        return Err(Refusal::field(
            "/until",
            "is filled in, but another end is chosen: choose “the time beside”, or empty it",
        ));
    }
    match form.expires.as_str() {
        "1h" => Ok(now + Duration::hours(1)),
        "24h" => Ok(now + Duration::hours(24)),
        "7d" => Ok(now + Duration::days(7)),
        "watch" => DateTime::parse_from_rfc3339(&form.watch_ends_at)
            .map(|at| at.to_utc())
            .map_err(|_| Refusal::field("/watch_ends_at", "must be a time")),
        "until" => when::moment("/until", &until.unwrap_or_default()),
        _ => Err(Refusal::field("/expires", "must be 1h, 24h, 7d, watch or until")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(expires: &str, until: &str) -> Result<DateTime<Utc>, Refusal> {
        let form = Waive {
            run: RunId(uuid::Uuid::nil()),
            item: "smoke-tests".into(),
            reason: "known".into(),
            expires: expires.into(),
            watch_ends_at: "2026-11-21T14:02:00Z".into(),
            until: until.into(),
        };
        expiry(&form, DateTime::UNIX_EPOCH)
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
