//! When people work: weekdays, from 8 to 16 UTC.

use chrono::{DateTime, Datelike as _, Duration, NaiveTime, Timelike as _, Utc, Weekday};

/// The first and the last hour in which somebody begins something.
const HOURS: std::ops::Range<u32> = 8..16;

/// The day `days` before `now`, or the working day before it, at `minutes` after midnight.
pub(crate) fn working_day(now: DateTime<Utc>, days: i64, minutes: i64) -> DateTime<Utc> {
    let mut date = (now - Duration::days(days)).date_naive();
    while matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
        date = date.pred_opt().unwrap_or(date);
    }
    date.and_time(NaiveTime::MIN).and_utc() + Duration::minutes(minutes)
}

/// The working day that lies `days` working days before `at`, at `minutes` after midnight.
pub(crate) fn working_days_before(at: DateTime<Utc>, days: u32, minutes: i64) -> DateTime<Utc> {
    let mut day = working_day(at, 0, minutes);
    for _ in 0..days {
        day = working_day(day, 1, minutes);
    }
    day
}

/// `at` where somebody works then, else the next morning, as many minutes past eight as `at` is
/// past its hour.
pub(crate) fn at_work(at: DateTime<Utc>) -> DateTime<Utc> {
    let weekend = |at: DateTime<Utc>| matches!(at.weekday(), Weekday::Sat | Weekday::Sun);
    if !weekend(at) && HOURS.contains(&at.hour()) {
        return at;
    }
    let past =
        Duration::minutes(i64::from(at.minute())) + Duration::seconds(i64::from(at.second()));
    let mut date = at.date_naive();
    if at.hour() >= HOURS.end {
        date = date.succ_opt().unwrap_or(date);
    }
    while matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
        date = date.succ_opt().unwrap_or(date);
    }
    date.and_time(NaiveTime::MIN).and_utc() + Duration::hours(i64::from(HOURS.start)) + past
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    #[test]
    fn nobody_signs_on_a_sunday_night() {
        let friday = Utc.with_ymd_and_hms(2026, 11, 20, 14, 5, 0).unwrap();
        assert_eq!(at_work(friday), friday);
        let monday = Utc.with_ymd_and_hms(2026, 11, 23, 8, 5, 0).unwrap();
        assert_eq!(at_work(friday + Duration::hours(3)), monday);
        assert_eq!(at_work(friday + Duration::hours(55)), monday);
        assert_eq!(working_day(monday, 1, 600).weekday(), Weekday::Fri);
    }
}
