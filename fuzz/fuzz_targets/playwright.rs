//! Playwright's JSON report: any suites.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    daytwo_fuzz::check_report(data);
    daytwo_fuzz::check_report(&[br#"{"config": {}, "suites": "#, data, b"}"].concat());
});
