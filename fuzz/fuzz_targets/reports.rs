//! A report of any format, with an exit status beside it that can only make it worse.
#![no_main]

use domain::reports::ReportVerdict;
use formats::reports::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (exit_status, data) = input;
    daytwo_fuzz::check_report(data);
    let Ok(mut report) = parse(data, None) else { return };
    let before = report.verdict;
    report.ended_with(u32::from(exit_status));
    assert!(report.verdict == before || report.verdict != ReportVerdict::Passed);
});
