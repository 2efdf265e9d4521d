//! What every kind of probe is given and shares.

use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::answering_version::{AnsweredVersions, VersionSource};
use domain::measurement::{Finding, Phase};
use tokio::sync::Semaphore;
use url::{Origin, Url};

use crate::answering_version::{self, Reading};
use crate::client::{GuardedClient, Request, RequestError, Response, SendError};
use crate::conditions::pool::ConditionPool;
use crate::conditions::{Condition, ConditionCache, Facts};
use crate::outcome::{Outcome, overall, sentence};

/// What a probe of any kind is given.
pub(crate) struct ProbeContext<'a> {
    pub(crate) client: &'a GuardedClient,
    pub(crate) conditions: &'a [Condition],
    pub(crate) timeout: Duration,
    pub(crate) now: DateTime<Utc>,
    pub(crate) no_data: NoData,
    pub(crate) browser: Option<&'a Path>,
    pub(crate) journeys: &'a Semaphore,
    pub(crate) pool: &'a ConditionPool,
    /// Conditions of steps that have been read.
    pub(crate) cache: &'a ConditionCache,
    /// When its time is over.
    pub(crate) until: Instant,
    /// Where answers name the version that gave them, where that is known.
    pub(crate) version: Option<&'a VersionSource>,
    /// What they named so far.
    pub(crate) answered: Mutex<AnsweredVersions>,
    /// The origin that was asked first: the service's own.
    pub(crate) own: OnceLock<Origin>,
}

/// What it means that a kind which may come back empty did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NoData {
    /// Nothing is known.
    #[default]
    Undecided,
    /// It is a zero.
    Zero,
    /// It is a failure.
    Fail,
}

impl NoData {
    /// Reads the word of a check.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "zero" => Self::Zero,
            "fail" => Self::Fail,
            _ => Self::Undecided,
        }
    }
}

impl ProbeContext<'_> {
    /// Sends a request, and notes which version answered where the answer names one.
    pub(crate) async fn send(&self, request: Request) -> Result<Response, SendError> {
        self.own.get_or_init(|| request.url().origin());
        let answer = self.client.send(request).await?;
        self.note_version(&answer, false).await;
        Ok(answer)
    }

    /// As [`send`](Self::send), of an answer that has to name its version.
    pub(crate) async fn ask(&self, request: Request) -> Result<Response, SendError> {
        self.own.get_or_init(|| request.url().origin());
        let answer = self.client.send(request).await?;
        // A redirect on the way says little, and need not say this.
        self.note_version(&answer, !answer.status.is_redirection()).await;
        Ok(answer)
    }

    async fn note_version(&self, answer: &Response, has_to: bool) {
        let Some(source) = self.version else { return };
        // The sign-in service it redirects to, or the mail catcher of a later step, is another's.
        if self.own.get().is_some_and(|own| *own != answer.final_url.origin()) {
            return;
        }
        let reading = answering_version::read(source, answer, (self.pool, self.until)).await;
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        match reading {
            Reading::Named(version) => *answered.named.entry(version).or_default() += 1,
            Reading::Unnamed if has_to => answered.unnamed += 1,
            Reading::Unnamed | Reading::Elsewhere => {}
        }
    }

    /// Decides conditions; those that may take long elsewhere, within the time the check has left.
    pub(crate) async fn decide(&self, conditions: &[Condition], facts: Facts) -> Vec<Finding> {
        if !conditions.iter().any(|one| one.is_long(&facts)) {
            return Condition::evaluate_all(conditions, &facts);
        }
        let all = conditions.to_vec();
        let work = move || Condition::evaluate_all(&all, &facts);
        match self.pool.run(self.until, work).await {
            Ok(findings) => findings,
            Err(why) => conditions.iter().map(|one| one.not_decided(why)).collect(),
        }
    }

    /// What an expression says as text.
    ///
    /// # Errors
    /// Why it says none, and what that says of the service.
    pub(crate) async fn text_of(
        &self,
        said: Condition,
        facts: Facts,
    ) -> Result<String, (Phase, String)> {
        if !said.is_long(&facts) {
            return said.text_of(&facts);
        }
        let read = self.pool.run(self.until, move || said.text_of(&facts)).await;
        read.unwrap_or_else(|why| Err((Phase::Error, why.sentence().into())))
    }

    /// Adds the check's own conditions to what a kind found by itself.
    pub(crate) async fn with_conditions(&self, mut outcome: Outcome, facts: Facts) -> Outcome {
        if self.conditions.is_empty() || outcome.phase == Phase::Error {
            return outcome;
        }
        let mut own = self.decide(self.conditions, facts).await;
        let worst = overall(&own);
        if rank(worst) > rank(outcome.phase) {
            let broken = own.iter().find(|finding| finding.phase == worst);
            if let Some(broken) = broken {
                outcome.sentence = sentence(&format!("the condition {}", broken.detail));
            }
            outcome.phase = worst;
        }
        outcome.findings.append(&mut own);
        outcome
    }
}

const fn rank(phase: Phase) -> u8 {
    match phase {
        Phase::Successful => 0,
        Phase::Inconclusive => 1,
        Phase::Error => 2,
        Phase::Failed => 3,
    }
}

/// The base address of a service, or the outcome of a check whose address cannot be used.
pub(crate) fn parse_base_url(url: &str) -> Result<Url, Outcome> {
    crate::client::parse_url(url).map_err(|error| invalid_check(&error))
}

/// A check that cannot be run as configured.
pub(crate) fn invalid_check(error: &RequestError) -> Outcome {
    Outcome::new(Phase::Error, sentence(&error.to_string()), "bad check")
}
