//! Conditions of checks: what can be read is decided, of an answer and of none, without breaking down.
#![no_main]

use libfuzzer_sys::fuzz_target;
use probes::{Condition, Facts};

fuzz_target!(|input: (u16, f64, &str)| {
    let (status, value, text) = input;
    let Ok(condition) = Condition::parse(text) else { return };
    let _ = condition.evaluate(&Facts::default());
    let seen = Facts { status: Some(status), value: Some(value), ..Facts::default() };
    let _ = condition.evaluate(&seen);
});
