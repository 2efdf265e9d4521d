//! Cron expressions: the times of one that can be read come one after the other, and always forward.
#![no_main]

use chrono::DateTime;
use domain::heartbeat::Schedule;
use libfuzzer_sys::fuzz_target;

const ZONES: [&str; 4] = ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"];

fuzz_target!(|input: (u8, u32, &str)| {
    let (zone, seconds, text) = input;
    let zone = ZONES[usize::from(zone) % ZONES.len()];
    let Some(mut now) = DateTime::from_timestamp(i64::from(seconds), 0) else { return };
    let Ok(schedule) = Schedule::cron(text, zone, now) else { return };
    for _ in 0..8 {
        let Some(next) = schedule.next(now) else { return };
        assert!(next > now, "{text} in {zone}: {next} after {now}");
        now = next;
    }
});
