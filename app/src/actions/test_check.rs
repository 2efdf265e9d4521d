//! Running a check now, to see what it sends and what comes back.

use domain::measurement::Phase;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Runs the check once; what it saw is kept as any other of its measurements.
#[server(prefix = "/act", endpoint = "test-check", input = Form)]
pub async fn test_check(service: String, key: String) -> Outcome {
    let act = Act::here()?;
    let seen = act.engine.checks().test(&act.actor, &service, &key).await?;
    let word = match seen.phase {
        Phase::Successful => "holds",
        Phase::Failed => "does not hold",
        Phase::Error => "could not be measured",
        Phase::Inconclusive => "cannot be decided",
    };
    Ok(Done::here(format!("{key} {word}: {}", seen.sentence))
        .at(format!("check-{key}"))
        .good(seen.phase == Phase::Successful))
}
