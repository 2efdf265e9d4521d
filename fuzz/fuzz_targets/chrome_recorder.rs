//! Recordings of Chrome's DevTools: what is kept of one is read back as the same.
#![no_main]

use formats::chrome_recorder::read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(json) = serde_json::from_slice(data) else { return };
    let Ok(recording) = read(&json) else { return };
    let kept = serde_json::to_value(&recording).expect("a recording is JSON");
    assert_eq!(read(&kept), Ok(recording));
});
