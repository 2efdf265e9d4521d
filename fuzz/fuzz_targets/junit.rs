//! JUnit XML: any text within a suite.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    daytwo_fuzz::check_report(data);
    daytwo_fuzz::check_report(&[b"<testsuite>", data, b"</testsuite>"].concat());
});
