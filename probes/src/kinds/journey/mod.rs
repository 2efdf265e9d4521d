//! A browser journey: a recorded flow replayed in a headless Chromium, with a picture of each step.
//!
//! | what happened | phase |
//! | --- | --- |
//! | every step went through | successful |
//! | something is not on the page, a page does not open or load, a mail does not come | failed |
//! | the guard refused an address, the browser does not start, answer or live | error |

mod mail_link;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::journey::{RUN, Recording, Step, Target};
use domain::measurement::{Finding, Phase, Picture};
use tokio::time::{Instant, timeout};

use crate::browser::{Browser, Page, StepError};
use crate::context::ProbeContext;
use crate::outcome::{Outcome, finding, millis, sentence};
use crate::redact;

/// How long a step may wait where the recording does not say.
const WAIT: Duration = Duration::from_secs(10);

/// What has been seen of a journey so far, readable after its time ran out in the middle of it.
#[derive(Default)]
struct Progress {
    findings: Vec<Finding>,
    pictures: Vec<Picture>,
}

/// Why a journey ended early.
struct StepFailure {
    at: String,
    phase: Phase,
    reason: String,
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
    let replay = Replay { context, recording, names: names(context, secrets), started };
    let result = timeout(context.timeout, replay.run_steps(&browser, &mut progress)).await;
    let failure = match result {
        Ok(Ok(())) => None,
        Ok(Err(failure)) => Some(failure),
        Err(_) => Some(StepFailure {
            at: format!("step {}", progress.findings.len() + 1),
            phase: Phase::Failed,
            reason: format!("the journey did not end within {} s", context.timeout.as_secs()),
        }),
    };
    // An address the guard refused is no failure of the service, whatever the page made of it.
    let failure = failure.map(|failure| match (browser.refused(), browser.untrusted()) {
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
            outcome.pictures = progress.pictures;
            outcome
        }
        Some(failure) => {
            let why = replay.redacted(&redact::shorten(&redact::printable(&failure.reason), 300));
            let text = format!("{title}, {}: {why}", failure.at);
            let short = format!("step {}", progress.findings.len().max(1));
            let mut outcome = Outcome::new(failure.phase, sentence(&text), short);
            progress.findings.push(finding(&failure.at, failure.phase, why));
            outcome.findings = progress.findings;
            outcome.pictures = progress.pictures;
            outcome
        }
    }
}

/// What stands for the names in a recording.
fn names(
    context: &ProbeContext<'_>,
    secrets: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let n = RUNS.fetch_add(1, Ordering::Relaxed);
    let mut names = secrets.clone();
    names.insert(RUN.to_owned(), format!("{:x}{n:x}", context.now.timestamp_micros()));
    names
}

/// A journey on its way.
struct Replay<'a> {
    context: &'a ProbeContext<'a>,
    recording: &'a Recording,
    names: BTreeMap<String, String>,
    started: Instant,
}

impl Replay<'_> {
    async fn run_steps(
        &self,
        browser: &Browser,
        progress: &mut Progress,
    ) -> Result<(), StepFailure> {
        let failure = |at: &str, error: StepError| StepFailure {
            at: at.to_owned(),
            phase: match error {
                StepError::Browser(_) => Phase::Error,
                StepError::Page(_) => Phase::Failed,
            },
            reason: error.to_string(),
        };
        let mut page = browser
            .page()
            .await
            .map_err(|error| failure("the start", StepError::Browser(error)))?;
        let mut size = (1280, 800);
        for (n, step) in self.recording.steps.iter().enumerate() {
            if let Step::SetViewport { width, height } = step {
                size = (*width, *height);
            }
            let title = step.label();
            let at = format!("step {} ({title})", n + 1);
            let outcome = self.run_step(&mut page, step).await;
            let good = outcome.is_ok();
            // What there is nothing to see of, and what the browser cannot show, has no picture.
            let silent = matches!(
                step,
                Step::SetViewport { .. }
                    | Step::KeyUp { .. }
                    | Step::Close {}
                    | Step::EmulateNetworkConditions {}
            );
            if !silent && let Ok(jpeg) = page.picture(size.0, size.1).await {
                let at_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
                progress.pictures.push(Picture { title: title.clone(), at_ms, good, jpeg });
            }
            outcome.map_err(|error| failure(&at, error))?;
            self.stays_on_the_web(&page).await.map_err(|error| failure(&at, error))?;
            let took = millis(self.started.elapsed());
            let said = format!("after {:.1} s", took / 1_000.0);
            progress.findings.push(finding(title, Phase::Successful, said));
        }
        Ok(())
    }

    /// Where a page leads is not always known before.
    async fn stays_on_the_web(&self, page: &Page<'_>) -> Result<(), StepError> {
        let address = page.address().await?;
        let web = ["http://", "https://", "about:blank", "chrome-error://"];
        if web.iter().any(|scheme| address.starts_with(scheme)) || address.is_empty() {
            return Ok(());
        }
        let scheme = address.split(':').next().unwrap_or_default();
        Err(StepError::Page(format!("the page led to a {scheme}: address, which is not followed")))
    }

    fn wait(&self, own: Option<u64>) -> Duration {
        own.or(self.recording.timeout).map_or(WAIT, Duration::from_millis)
    }

    async fn run_step(&self, page: &mut Page<'_>, step: &Step) -> Result<(), StepError> {
        match step {
            Step::SetViewport { width, height } => Ok(page.resize(*width, *height).await?),
            Step::Navigate { url } => page.navigate(&self.fill(url)?, self.wait(None)).await,
            Step::Click(target) => page.click(&paths(target), 1, self.wait(target.timeout)).await,
            Step::DoubleClick(target) => {
                page.click(&paths(target), 2, self.wait(target.timeout)).await
            }
            Step::Hover(target) => page.hover(&paths(target), self.wait(target.timeout)).await,
            Step::Change { value, target } => {
                let value = self.fill(value)?;
                page.change(&paths(target), &value, self.wait(target.timeout)).await
            }
            Step::KeyDown { key } => page.key(key, true, self.wait(None)).await,
            Step::KeyUp { key } => page.key(key, false, self.wait(None)).await,
            Step::Scroll { x, y } => Ok(page.scroll(x.unwrap_or(0), y.unwrap_or(0)).await?),
            Step::WaitForElement { target, visible } => {
                let seen = visible.unwrap_or(false);
                page.wait_for(&paths(target), seen, self.wait(target.timeout)).await
            }
            Step::WaitForExpression { expression, timeout } => {
                page.wait_until(expression, self.wait(*timeout)).await
            }
            Step::EmulateNetworkConditions {} | Step::Close {} => Ok(()),
            Step::CustomStep { parameters, .. } => {
                let of = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
                let (inbox, part) = (self.fill(of("inbox"))?, self.fill(of("match"))?);
                let until = Instant::now() + self.wait(None).max(Duration::from_secs(20));
                let link = mail_link::wait(self.context, &inbox, &part, until).await;
                let link = link.map_err(StepError::Page)?;
                page.navigate(&link, self.wait(None)).await
            }
        }
    }

    /// Puts secrets in the place of their names.
    fn fill(&self, text: &str) -> Result<String, StepError> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, inside)) = rest.split_once("{{") {
            let Some((name, after)) = inside.split_once("}}") else { break };
            let value = self.names.get(name.trim()).ok_or_else(|| {
                StepError::Page(format!("nothing is known by the name `{}`", name.trim()))
            })?;
            out.push_str(before);
            out.push_str(value);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// A text without the secrets.
    fn redacted(&self, text: &str) -> String {
        let secrets = self.names.iter().filter(|(name, value)| *name != RUN && value.len() > 3);
        secrets.fold(text.to_owned(), |text, (_, value)| {
            text.replace(value.as_str(), redact::REDACTED)
        })
    }
}

fn paths(target: &Target) -> Vec<&[String]> {
    target.selectors.iter().map(|selector| selector.path()).collect()
}
