//! Runbooks as YAML: what is written of one is read back as the same.
#![no_main]

use formats::runbook_yaml::{read, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| match read("runbook.yaml", text) {
    Ok(runbook) => {
        assert!(runbook.items.iter().any(|item| item.required));
        let written = write(&runbook).expect("what was read can be written");
        assert_eq!(read("runbook.yaml", &written), Ok(runbook));
    }
    Err(errors) => assert!(!errors.is_empty()),
});
