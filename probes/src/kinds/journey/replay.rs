//! A journey on its way: its steps, one after the other.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::journey::{Act, Click, MAIL_LINK, Place, RUN, Recording, Selector, Step, mail_link};
use domain::measurement::Phase;
use serde_json::{Number, json};
use tokio::time::Instant;

use super::mail_link::Inbox;
use super::{Progress, StepFailure};
use crate::browser::{Browser, StepError, Tabs, Wanted};
use crate::context::ProbeContext;
use crate::kinds::placeholders::{self, FILLED_BYTES, FillError};
use crate::outcome::{finding, millis};
use crate::redact;

/// How long a step may wait where the recording does not say.
const WAIT: Duration = Duration::from_secs(10);
/// How long a mail may take, at least.
const MAIL_WAIT: Duration = Duration::from_secs(20);

/// A journey on its way.
pub(super) struct Replay<'a> {
    context: &'a ProbeContext<'a>,
    recording: &'a Recording,
    names: BTreeMap<String, String>,
    started: Instant,
}

impl<'a> Replay<'a> {
    pub(super) fn new(
        context: &'a ProbeContext<'a>,
        recording: &'a Recording,
        secrets: &BTreeMap<String, String>,
        started: Instant,
    ) -> Self {
        static RUNS: AtomicU64 = AtomicU64::new(0);
        let n = RUNS.fetch_add(1, Ordering::Relaxed);
        let mut names = secrets.clone();
        names.insert(RUN.to_owned(), format!("{:x}{n:x}", context.now.timestamp_micros()));
        Self { context, recording, names, started }
    }

    pub(super) async fn run_steps(
        &self,
        browser: &Browser,
        progress: &mut Progress,
    ) -> Result<(), StepFailure> {
        let failure = |at: &str, error: StepError| StepFailure {
            at: at.to_owned(),
            phase: match error {
                StepError::Browser(_) | StepError::Catcher(_) => Phase::Error,
                StepError::Page(_) | StepError::Server(_) => Phase::Failed,
            },
            of_server: matches!(error, StepError::Server(_)),
            reason: error.to_string(),
        };
        let tabs = browser.tabs().await;
        let mut tabs = tabs.map_err(|error| failure("the start", StepError::Browser(error)))?;
        let mut inboxes = BTreeMap::new();
        let mut size = (1280, 800, 1.0);
        for (n, step) in self.recording.steps.iter().enumerate() {
            if let Act::SetViewport { width, height, device_scale_factor, .. } = &step.act {
                let scale = number(device_scale_factor.as_ref()).filter(|scale| *scale > 0.0);
                size = (*width, *height, scale.unwrap_or(1.0));
            }
            let title = step.label();
            let at = format!("step {} ({title})", n + 1);
            if may_send(&step.act) {
                self.look_into_inboxes(n, &mut inboxes).await;
            }
            let outcome = self.run_step(&mut tabs, step, &mut inboxes).await;
            // Where a page answers 5xx, that is why nothing else on it is as it should be.
            let outcome = match (outcome, self.pages_are_well(&mut tabs).await) {
                (Err(error @ (StepError::Browser(_) | StepError::Catcher(_))), _) => Err(error),
                (_, Err(error)) => Err(error),
                (outcome, Ok(())) => outcome,
            };
            let last = n + 1 == self.recording.steps.len();
            let outcome = match outcome {
                Ok(()) if last => self.ends_well(&mut tabs, step).await,
                outcome => outcome,
            };
            // What there is nothing to see of, and what the browser cannot show, has no picture.
            let silent = matches!(
                step.act,
                Act::SetViewport { .. }
                    | Act::KeyUp { .. }
                    | Act::Close {}
                    | Act::EmulateNetworkConditions { .. }
            );
            if !silent && let Ok(jpeg) = tabs.picture(size).await {
                let at_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
                let good = outcome.is_ok();
                progress.pictures.add(title.clone(), at_ms, good, jpeg);
            }
            outcome.map_err(|error| failure(&at, error))?;
            let took = millis(self.started.elapsed());
            let said = format!("after {:.1} s", took / 1_000.0);
            progress.findings.push(finding(title, Phase::Successful, said));
        }
        Ok(())
    }

    /// Whether what the tabs show are pages of the web that their servers meant to show. Where a page
    /// leads is not always known before.
    async fn pages_are_well(&self, tabs: &mut Tabs<'_>) -> Result<(), StepError> {
        for shown in tabs.shown().await? {
            let address = shown.address;
            if address.starts_with("chrome-error://") {
                return Err(StepError::Page("a page could not be opened".into()));
            }
            let web = ["http://", "https://", "about:", "blob:"];
            if !web.iter().any(|scheme| address.starts_with(scheme)) && !address.is_empty() {
                let scheme = address.split(':').next().unwrap_or_default();
                let said = format!("the page led to a {scheme}: address, which is not followed");
                return Err(StepError::Page(said));
            }
            if shown.status >= 500 {
                let address = redact::address(&address);
                let said = format!("the page at {address} answered {}", shown.status);
                return Err(StepError::Server(said));
            }
        }
        Ok(())
    }

    /// What the last step began is part of the journey.
    async fn ends_well(&self, tabs: &mut Tabs<'_>, step: &Step) -> Result<(), StepError> {
        tabs.wait_for_the_last(self.wait(step)).await?;
        self.pages_are_well(tabs).await
    }

    fn wait(&self, step: &Step) -> Duration {
        step.timeout.or(self.recording.timeout).map_or(WAIT, Duration::from_millis)
    }

    async fn run_step(
        &self,
        tabs: &mut Tabs<'_>,
        step: &Step,
        inboxes: &mut BTreeMap<(String, String), Inbox>,
    ) -> Result<(), StepError> {
        let before = tabs.navigations().await?;
        self.act(tabs, step, inboxes).await?;
        if step.asserts_navigation() {
            tabs.wait_for_navigation(&step.place, &before, self.wait(step)).await?;
        }
        Ok(())
    }

    async fn act(
        &self,
        tabs: &mut Tabs<'_>,
        step: &Step,
        inboxes: &mut BTreeMap<(String, String), Inbox>,
    ) -> Result<(), StepError> {
        let (place, wait) = (&step.place, self.wait(step));
        let until = Instant::now() + wait;
        fn wanted<'w>(place: &'w Place, selectors: &'w [Selector], until: Instant) -> Wanted<'w> {
            Wanted { place, selectors, until }
        }
        match &step.act {
            Act::SetViewport {
                width,
                height,
                device_scale_factor,
                is_mobile,
                has_touch,
                is_landscape,
            } => {
                let (kind, angle) =
                    if *is_landscape { ("landscapePrimary", 90) } else { ("portraitPrimary", 0) };
                let metrics = json!({
                    "width": width, "height": height, "mobile": is_mobile,
                    "deviceScaleFactor": number(device_scale_factor.as_ref()).unwrap_or(1.0),
                    "screenOrientation": { "type": kind, "angle": angle },
                });
                tabs.set_viewport(place, &metrics, *has_touch, until).await
            }
            Act::Navigate { url } => tabs.navigate(place, &self.fill(url)?, wait).await,
            Act::Click(click @ Click { selectors, .. }) => {
                tabs.click(wanted(place, selectors, until), click, 1).await
            }
            Act::DoubleClick(click @ Click { selectors, .. }) => {
                tabs.click(wanted(place, selectors, until), click, 2).await
            }
            Act::Hover { selectors } => tabs.hover(wanted(place, selectors, until)).await,
            Act::Change { value, selectors } => {
                tabs.change(wanted(place, selectors, until), &self.fill(value)?).await
            }
            Act::KeyDown { key } => tabs.key(place, key, true, until).await,
            Act::KeyUp { key } => tabs.key(place, key, false, until).await,
            Act::Scroll { x, y, selectors } => {
                let [x, y] = [x, y].map(|side| number(side.as_ref()).unwrap_or(0.0));
                tabs.scroll(wanted(place, selectors, until), x, y).await
            }
            Act::WaitForElement(expected) => {
                tabs.wait_for(wanted(place, &expected.selectors, until), expected).await
            }
            Act::WaitForExpression { expression } => {
                tabs.wait_until(place, expression, until).await
            }
            // As it was kept before it was replayed, it says nothing: the network stays as it is.
            Act::EmulateNetworkConditions { download: None, upload: None, latency: None } => Ok(()),
            Act::EmulateNetworkConditions { download, upload, latency } => {
                let [down, up, latency] =
                    [download, upload, latency].map(|side| number(side.as_ref()).unwrap_or(0.0));
                Ok(tabs.slow_network(down, up, latency).await?)
            }
            Act::Close {} => tabs.close(place, until).await,
            Act::CustomStep { parameters, .. } => {
                let (inbox, part) = self.filled(mail_link(parameters))?;
                let known = inboxes.entry((inbox.clone(), part.clone())).or_default();
                let until = Instant::now() + wait.max(MAIL_WAIT);
                let link = known.wait(self.context, &inbox, &part, until).await;
                let link = link?;
                tabs.navigate(place, &link, wait).await
            }
        }
    }

    /// Notes which mails there are before a step that may send one, for the links that are opened
    /// later.
    async fn look_into_inboxes(
        &self,
        from: usize,
        inboxes: &mut BTreeMap<(String, String), Inbox>,
    ) {
        let mut asked = std::collections::BTreeSet::new();
        for step in &self.recording.steps[from..] {
            let Act::CustomStep { name, parameters } = &step.act else { continue };
            // What cannot be looked into is said at the step that needs it.
            if name == MAIL_LINK
                && let Ok((inbox, part)) = self.filled(mail_link(parameters))
                && asked.insert((inbox.clone(), part.clone()))
            {
                let known = inboxes.entry((inbox.clone(), part.clone())).or_default();
                known.note(self.context, &inbox, &part).await;
            }
        }
    }

    fn filled(&self, (inbox, part): (&str, &str)) -> Result<(String, String), StepError> {
        Ok((self.fill(inbox)?, self.fill(part)?))
    }

    /// Puts secrets in the place of their names.
    fn fill(&self, text: &str) -> Result<String, StepError> {
        placeholders::fill(text, |name| self.names.get(name)).or_else(|error| match error {
            // A page may be typed such a text into.
            FillError::NotClosed(filled) => Ok(filled),
            FillError::Unknown(name) => {
                Err(StepError::Page(format!("nothing is known by the name `{name}`")))
            }
            FillError::TooLong => Err(StepError::Page(format!(
                "with its secrets a text is longer than {FILLED_BYTES} bytes"
            ))),
        })
    }

    /// A text without the secrets.
    pub(super) fn redacted(&self, text: &str) -> String {
        let secrets = self.names.iter().filter(|(name, value)| *name != RUN && value.len() > 3);
        secrets.fold(text.to_owned(), |text, (_, value)| {
            // In an address it stands in another form.
            let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            text.replace(value.as_str(), redact::REDACTED).replace(&encoded, redact::REDACTED)
        })
    }
}

/// Whether a step may be the one that sends a mail.
const fn may_send(act: &Act) -> bool {
    matches!(act, Act::Navigate { .. } | Act::Click(_) | Act::DoubleClick(_) | Act::KeyDown { .. })
}

fn number(number: Option<&Number>) -> Option<f64> {
    number.and_then(Number::as_f64)
}
