use chrono::TimeZone as _;
use rstest::rstest;

use uuid::Uuid;

use super::{heard::MAX_OPEN_RUNS, *};

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
}

fn berlin(text: &str) -> Schedule {
    Schedule::cron(text, "Europe/Berlin", at("2026-01-01T00:00:00Z")).unwrap()
}

#[rstest]
// Winter and summer.
#[case("30 2 * * *", "2026-01-10T12:00:00Z", "2026-01-11T01:30:00Z")]
#[case("30 2 * * *", "2026-07-10T12:00:00Z", "2026-07-11T00:30:00Z")]
// 02:30 does not exist on 29 March: it comes when the clocks have gone forward.
#[case("30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z")]
#[case("30 2 * * *", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")]
// 02:30 occurs twice on 25 October: it comes once.
#[case("30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z")]
#[case("30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
// So do several of that hour, and one of them beside others; each once.
#[case("15,45 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z")]
#[case("15,45 2 * * *", "2026-03-29T01:00:00Z", "2026-03-30T00:15:00Z")]
#[case("15,45 2 29 3 *", "2026-03-01T12:00:00Z", "2026-03-29T01:00:00Z")]
#[case("30 2-3 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z")]
#[case("30 2-3 * * *", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z")]
#[case("30 * * * *", "2026-03-29T00:45:00Z", "2026-03-29T01:30:00Z")]
// Every quarter of an hour goes on through the hour that occurs twice.
#[case("*/15 * * * *", "2026-10-25T00:45:00Z", "2026-10-25T01:00:00Z")]
#[case("0 0 29 2 *", "2026-03-01T00:00:00Z", "2028-02-28T23:00:00Z")]
fn cron_times_in_their_zone(#[case] cron: &str, #[case] after: &str, #[case] next: &str) {
    assert_eq!(berlin(cron).next(at(after)), Some(at(next)));
}

#[rstest]
#[case("5/20 * * * *", "5-59/20 * * * *")]
#[case("0 3/6 * * *", "0 3-23/6 * * *")]
#[case("*,5 0 * * *", "* 0 * * *")]
#[case("0 0 * * 1/3", "0 0 * * 1,4,0")]
#[case("0 0 * * MON/2", "0 0 * * 1,3,5,0")]
#[case("0 0 1 JAN/3 *", "0 0 1 1,4,7,10 *")]
#[case("0 0 5,* * 1", "0 0 * * *")]
#[case("0 0 *,5 * 1", "0 0 * * 1")]
fn what_cron_leaves_out(#[case] short: &str, #[case] full: &str) {
    let now = at("2026-01-01T00:00:00Z");
    let read = |text: &str| Schedule::cron(text, "UTC", now).unwrap().next(now);
    assert_eq!(read(short), read(full));
}

#[rstest]
#[case("0 0 31 2 *", "Europe/Berlin", ScheduleError::Never)]
#[case("0 0 * * *", "Europe/Atlantis", ScheduleError::Zone)]
#[case("0 0 * * *", "", ScheduleError::Zone)]
fn schedules_that_cannot_be(#[case] cron: &str, #[case] zone: &str, #[case] error: ScheduleError) {
    assert_eq!(Schedule::cron(cron, zone, at("2026-01-01T00:00:00Z")), Err(error));
}

#[test]
fn what_was_kept_with_an_element_missing_means_those_that_are_there() {
    let now = at("2026-01-01T00:00:00Z");
    let kept = |text: &str| Schedule::cron_as_kept(text, "UTC", now);
    assert_eq!(kept("0 3 * * 1,"), Schedule::cron("0 3 * * 1", "UTC", now));
    assert_eq!(kept("0,,30 3 * * *"), Schedule::cron("0,30 3 * * *", "UTC", now));
    assert!(matches!(kept(", 3 * * *"), Err(ScheduleError::Cron(_))));
}

#[rstest]
#[case("every day")]
#[case("61 * * * *")]
#[case("* * * *")]
#[case("* * * * * *")]
#[case("")]
#[case(", 0 9 * 0")]
#[case("0 , * * *")]
#[case("0 0 1, * *")]
#[case("0,,5 0 * * *")]
#[case("0 0 * * ,")]
fn what_is_no_cron_expression(#[case] cron: &str) {
    let refused = Schedule::cron(cron, "UTC", at("2026-01-01T00:00:00Z"));
    assert!(matches!(refused, Err(ScheduleError::Cron(_))), "{refused:?}");
}

#[test]
fn silence_has_a_grace() {
    let began = Utc.with_ymd_and_hms(2026, 11, 19, 14, 0, 0).single().unwrap();
    let after = |s: i64| began + Duration::seconds(s);
    let every = Schedule::Every(60);
    let look = |heard: &Heard, s: i64| state(&every, 30, heard, after(s));
    let silent = Heard::default();
    assert_eq!(look(&silent, 9_999), HeartbeatState::New);
    let alive = silent.with(PingKind::Success, None, began);
    assert_eq!(look(&alive, 60), HeartbeatState::Up);
    assert_eq!(look(&alive, 61), HeartbeatState::Late);
    assert_eq!(look(&alive, 90), HeartbeatState::Late);
    assert_eq!(look(&alive, 91), HeartbeatState::Down);
    let failed = alive.with(PingKind::Fail, None, after(10));
    assert_eq!(look(&failed, 11), HeartbeatState::Failed);
    assert_eq!(look(&failed.with(PingKind::Success, None, after(20)), 21), HeartbeatState::Up);
}

#[test]
fn a_run_must_end_within_the_grace() {
    let began = Utc.with_ymd_and_hms(2026, 11, 19, 14, 0, 0).single().unwrap();
    let after = |s: i64| began + Duration::seconds(s);
    let daily = Schedule::Every(86_400);
    let look = |heard: &Heard, s: i64| state(&daily, 600, heard, after(s));
    let started = Heard::default().with(PingKind::Start, None, began);
    assert_eq!(look(&started, 600), HeartbeatState::Up);
    assert_eq!(look(&started, 601), HeartbeatState::Down);
    let ended = started.clone().with(PingKind::Success, None, after(300));
    assert_eq!(look(&ended, 601), HeartbeatState::Up);
    // It went wrong before and is being tried again: not well until it has ended well.
    let again = started.with(PingKind::Fail, None, after(5)).with(PingKind::Start, None, after(60));
    assert_eq!(look(&again, 61), HeartbeatState::Failed);
    assert_eq!(look(&again, 661), HeartbeatState::Down);
}

#[test]
fn the_end_of_one_run_leaves_another_standing() {
    let began = Utc.with_ymd_and_hms(2026, 11, 19, 14, 0, 0).single().unwrap();
    let after = |s: i64| began + Duration::seconds(s);
    let daily = Schedule::Every(86_400);
    let look = |heard: &Heard, s: i64| state(&daily, 600, heard, after(s));
    let (a, b) = (Some(Uuid::from_u128(1)), Some(Uuid::from_u128(2)));
    let both = Heard::default()
        .with(PingKind::Success, None, began)
        .with(PingKind::Start, a, after(1))
        .with(PingKind::Start, b, after(2));
    let one = both.clone().with(PingKind::Success, a, after(300));
    assert_eq!(look(&one, 602), HeartbeatState::Up);
    assert_eq!(look(&one, 603), HeartbeatState::Down, "the second hangs");
    let none = one.clone().with(PingKind::Success, b, after(400));
    assert_eq!(look(&none, 603), HeartbeatState::Up);
    // The older one hangs.
    let other = both.clone().with(PingKind::Success, b, after(300));
    assert_eq!(look(&other, 602), HeartbeatState::Down);
    let unnamed = both.with(PingKind::Success, None, after(300));
    assert_eq!(look(&unnamed, 602), HeartbeatState::Down, "it ended no run with an id");
    assert_eq!(one.clone().with(PingKind::Log, b, after(310)), one);
}

#[test]
fn so_many_runs_are_open_and_no_more() {
    let began = Utc.with_ymd_and_hms(2026, 11, 19, 14, 0, 0).single().unwrap();
    let after = |s: i64| began + Duration::seconds(s);
    let rid = Uuid::from_u128;
    let mut heard = (0..1_000_u128).fold(Heard::default(), |heard, n| {
        heard.with(PingKind::Start, Some(rid(n)), after(i64::try_from(n).unwrap()))
    });
    assert_eq!(heard.open_runs.len(), MAX_OPEN_RUNS);
    assert_eq!(heard.open_runs[0].rid, rid(0), "the first is the one that is missed first");
    assert!(!heard.makes_room(rid(2_000), 60), "whoever begins another is told");
    assert!(heard.makes_room(rid(7), 60), "one that is open begins anew");
    // Once another has ended well after their grace, they were killed.
    let mut heard = heard.with(PingKind::Success, None, after(130));
    assert!(heard.makes_room(rid(2_000), 60));
    assert_eq!(heard.open_runs[0].rid, rid(70));
}

#[test]
fn what_was_heard_before_or_while_a_clock_was_wrong_is_told_apart() {
    let began = Utc.with_ymd_and_hms(2026, 11, 19, 14, 0, 0).single().unwrap();
    let after = |s: i64| began + Duration::seconds(s);
    let heard = Heard::default()
        .with(PingKind::Success, None, after(0))
        .with(PingKind::Start, Some(Uuid::from_u128(1)), after(5))
        .with(PingKind::Fail, None, after(10));
    assert_eq!(heard.by(after(10)), heard);
    let of = heard.of(after(20));
    assert_eq!((of.success_at, of.fail_at), (Some(after(20)), None));
    assert!(of.open_runs.is_empty());
    assert_eq!(heard.of(after(0)), heard);
    let ahead = heard.with(PingKind::Success, None, after(90_000));
    assert_eq!(ahead.by(after(60)).success_at, None);
    assert_eq!(ahead.by(after(60)).open_runs.len(), 1);
    assert_eq!(ahead.overdue_run(60, after(65)), None);
    assert_eq!(ahead.by(after(60)).overdue_run(60, after(66)), Some(after(5)));
}

#[rstest]
// Where a day field begins with `*`, both must match.
#[case("0 4 */2 * 1", "2026-12-07T04:00:00Z")]
#[case("0 5 */100,1-7 * MON", "2026-12-07T05:00:00Z")]
#[case("0 0 15 * */3", "2027-05-15T00:00:00Z")]
#[case("0 0 13 * *", "2026-12-13T00:00:00Z")]
#[case("0 0 * * FRI", "2026-12-04T00:00:00Z")]
// Where neither does, either is enough.
#[case("0 0 13 * FRI", "2026-12-04T00:00:00Z")]
#[case("0 0 1-7 * 1", "2026-11-30T00:00:00Z")]
fn day_fields_as_cron_means_them(#[case] cron: &str, #[case] next: &str) {
    let now = at("2026-11-28T12:00:00Z");
    assert_eq!(Schedule::cron(cron, "UTC", now).unwrap().next(now), Some(at(next)));
}
