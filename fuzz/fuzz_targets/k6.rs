//! k6's summary: any metrics, and any group of checks.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    daytwo_fuzz::check_report(&[br#"{"metrics": "#, data, b"}"].concat());
    daytwo_fuzz::check_report(&[br#"{"metrics": {}, "root_group": "#, data, b"}"].concat());
});
