//! Running a check now, to see what it sends and what comes back.

use axum::response::Response;
use domain::measurement::Phase;
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct TestCheck {
    service: String,
    key: String,
}

/// Runs the check once; what it saw is kept as any other of its measurements.
pub async fn test_check(act: Act<TestCheck>) -> Response {
    let (service, key) = (&act.form.service, &act.form.key);
    let result = act.engine.test_check(&act.who, service, key).await.map(|seen| {
        let word = match seen.phase {
            Phase::Successful => "holds",
            Phase::Failed => "does not hold",
            Phase::Error => "could not be measured",
            Phase::Inconclusive => "cannot be decided",
        };
        Done::here(format!("{key} {word}: {}", seen.sentence))
            .at(format!("check-{key}"))
            .good(seen.phase == Phase::Successful)
    });
    act.answer(result).await
}
