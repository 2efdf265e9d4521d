//! A browser journey: a recorded flow replayed in a headless Chromium, with a picture of each step.
//!
//! | what happened | phase |
//! | --- | --- |
//! | every step went through | successful |
//! | something is not on the page, cannot be hit or does not come; a page does not open or load, or answers 5xx; a mail does not come | failed |
//! | the guard refused an address, the browser does not start, answer or live | error |

mod mail_link;
mod pictures;
mod replay;

use std::collections::BTreeMap;

use domain::journey::Recording;
use domain::measurement::{Finding, Phase};
use tokio::time::{Instant, timeout};

use self::{pictures::Pictures, replay::Replay};
use crate::browser::Browser;
use crate::context::ProbeContext;
use crate::outcome::{Outcome, finding, millis, sentence};
use crate::redact;

/// What has been seen of a journey so far, readable after its time ran out in the middle of it.
#[derive(Default)]
struct Progress {
    findings: Vec<Finding>,
    pictures: Pictures,
}

/// Why a journey ended early.
struct StepFailure {
    at: String,
    phase: Phase,
    reason: String,
    /// Whether it is an error of the page's server, which nothing that was refused explains.
    of_server: bool,
}

pub(crate) async fn run(
    context: &ProbeContext<'_>,
    recording: &Recording,
    secrets: &BTreeMap<String, String>,
) -> Outcome {
    // A browser takes a processor and some hundred MB: few run at once, and waiting for a place is
    // no part of the journey.
    let Ok(_place) = context.journeys.acquire().await else {
        return Outcome::new(Phase::Error, "Daytwo is stopping.", "stopping");
    };
    let started = Instant::now();
    let browser = match Browser::start(context.client, context.browser).await {
        Ok(browser) => browser,
        Err(why) => return Outcome::new(Phase::Error, sentence(&why), "no browser"),
    };
    let mut progress = Progress::default();
    let replay = Replay::new(context, recording, secrets, started);
    let result = timeout(context.timeout, replay.run_steps(&browser, &mut progress)).await;
    let failure = match result {
        Ok(Ok(())) => None,
        Ok(Err(failure)) => Some(failure),
        Err(_) => Some(StepFailure {
            at: format!("step {}", progress.findings.len() + 1),
            phase: Phase::Failed,
            reason: format!("the journey did not end within {} s", context.timeout.as_secs()),
            of_server: false,
        }),
    };
    // An address the guard refused is no failure of the service, whatever the page made of it.
    let failure = failure.map(|failure| match (browser.refused(), browser.untrusted()) {
        _ if failure.of_server => failure,
        (Some(refused), _) => StepFailure { phase: Phase::Error, reason: refused, ..failure },
        (None, Some(untrusted)) => StepFailure { reason: untrusted, ..failure },
        (None, None) => failure,
    });
    drop(browser);
    let took = millis(started.elapsed());
    let title = &recording.title;
    match failure {
        None => {
            let text = format!(
                "{title}: all {} steps went through in {:.1} s",
                progress.findings.len(),
                took / 1_000.0
            );
            let mut outcome = Outcome::new(
                Phase::Successful,
                sentence(&text),
                format!("{:.1} s", took / 1_000.0),
            )
            .value(took);
            outcome.findings = progress.findings;
            outcome.pictures = progress.pictures.all;
            outcome
        }
        Some(failure) => {
            // Before it is cut: the beginning of a secret is a secret.
            let why = replay.redacted(&redact::printable(&failure.reason));
            let why = redact::shorten(&why, 300);
            let text = format!("{title}, {}: {why}", failure.at);
            let short = format!("step {}", progress.findings.len() + 1);
            let mut outcome = Outcome::new(failure.phase, sentence(&text), short);
            progress.findings.push(finding(&failure.at, failure.phase, why));
            outcome.findings = progress.findings;
            outcome.pictures = progress.pictures.all;
            outcome
        }
    }
}
