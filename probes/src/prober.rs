//! Runs a check's probe.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::answering_version::{AnsweredVersions, VersionSource};
use domain::check::ProbeSpec;
use domain::measurement::{Measurement, Phase};
use futures::FutureExt as _;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use url::Url;

use crate::client::{GuardedClient, Request};
use crate::conditions::{Condition, ConditionCache, pool::ConditionPool};
use crate::context::{NoData, ProbeContext};
use crate::kinds::{self, database::Database, mail::OutgoingMail};
use crate::known_secrets::KnownSecrets;
use crate::outcome::Outcome;
use crate::page_likeness::Page;
use crate::prometheus::{self, Answered, Question, Said};

/// Runs probes of every kind through one guarded client.
#[derive(Debug, Clone)]
pub struct Prober {
    client: GuardedClient,
    browser: Option<PathBuf>,
    journeys: Arc<Semaphore>,
    pool: ConditionPool,
    conditions: Arc<ConditionCache>,
}

/// How much of a page is compared with another, in bytes.
const PAGE_BYTES: usize = 256 * 1024;

/// How many browsers run at once.
const JOURNEYS_AT_ONCE: usize = 2;

impl Prober {
    /// A prober that reaches what the client may reach.
    #[must_use]
    pub fn new(client: GuardedClient) -> Self {
        let journeys = Arc::new(Semaphore::new(JOURNEYS_AT_ONCE));
        Self {
            client,
            browser: None,
            journeys,
            pool: ConditionPool::default(),
            conditions: Arc::default(),
        }
    }

    /// Runs journeys in this browser, a Chromium.
    #[must_use]
    pub fn browser(mut self, program: Option<PathBuf>) -> Self {
        self.browser = program;
        self
    }

    /// The client, for hooks, which are guarded like probes.
    #[must_use]
    pub const fn client(&self) -> &GuardedClient {
        &self.client
    }

    /// The conditions that have been read.
    #[must_use]
    pub fn conditions(&self) -> &ConditionCache {
        &self.conditions
    }

    /// Asks a metric server.
    pub async fn ask_prometheus(&self, question: &Question<'_>) -> Answered {
        let mut answered = prometheus::ask(&self.client, question).await;
        let known = KnownSecrets::of_headers(question.headers);
        if let Said::Trouble(said) = &mut answered.said {
            *said = known.hidden_in(said);
        }
        known.hide_in_exchanges(&mut answered.exchanges);
        answered
    }

    /// Whether a site answers an address as it answers one that cannot exist, so that its answer says
    /// nothing of the page itself: applications of one page do so, and servers with a catch-all.
    /// `None` where that cannot be told.
    pub async fn answers_as_any(&self, url: &str, timeout: Duration) -> Option<bool> {
        let address = Url::parse(url).ok()?;
        let digest = Sha256::digest(url.as_bytes());
        let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        // Beside it: only a part of a site may be answered so.
        let any = address.join(&name).ok()?;
        let mut pages = Vec::new();
        for url in [address, any] {
            let request = Request::get(url.as_str()).ok()?.timeout(timeout);
            let answer = self.client.send(request.body_limit_bytes(PAGE_BYTES)).await.ok()?;
            if answer.status.as_u16() >= 400 {
                return Some(false);
            }
            pages.push((answer.final_url.clone(), Page::of(&answer)));
        }
        // Strangers may be sent to log in from anywhere: that is a page of its own.
        Some(pages[0].0 != pages[1].0 && pages[0].1.is_like(&pages[1].1))
    }

    /// Runs a probe within a time-out and says what it saw.
    ///
    /// Trouble on our side is [`Phase::Error`], never a failure of the service; this includes a
    /// check that cannot be run as configured. `clock` is asked once, at the start.
    ///
    /// Conditions decide what an `http` probe takes for success; without any, a status below 400
    /// does. On the other kinds they add to what the kind itself looks at.
    pub async fn run(
        &self,
        spec: &ProbeSpec,
        conditions: &[Condition],
        timeout: Duration,
        clock: &(dyn Fn() -> DateTime<Utc> + Sync),
    ) -> Measurement {
        let terms = Terms { timeout, no_data: NoData::default(), version: None };
        self.measure(spec, conditions, terms, clock).await.0
    }

    /// As [`run`](Self::run), on these terms; answers as well which versions answered.
    pub async fn measure(
        &self,
        spec: &ProbeSpec,
        conditions: &[Condition],
        Terms { timeout, no_data, version }: Terms<'_>,
        clock: &(dyn Fn() -> DateTime<Utc> + Sync),
    ) -> (Measurement, AnsweredVersions) {
        let started_at = whole_milliseconds(clock());
        let started = Instant::now();
        let context = ProbeContext {
            client: &self.client,
            conditions,
            timeout,
            now: started_at,
            no_data,
            browser: self.browser.as_deref(),
            journeys: &self.journeys,
            pool: &self.pool,
            cache: &self.conditions,
            until: started + timeout,
            version,
            answered: Mutex::default(),
            own: OnceLock::new(),
        };
        // A defect in a recogniser or a parser must cost one measurement, not a task.
        let mut outcome = std::panic::AssertUnwindSafe(dispatch(&context, spec))
            .catch_unwind()
            .await
            .unwrap_or_else(|_| {
                tracing::error!(kind = spec.kind(), "a probe broke down");
                Outcome::new(
                    Phase::Error,
                    "The probe itself broke down; this is a defect of Daytwo.",
                    "error",
                )
            });
        KnownSecrets::of(spec).hide_in(&mut outcome);
        outcome.tidy();
        let measurement = Measurement {
            started_at,
            duration_ms: started.elapsed().as_secs_f64() * 1_000.0,
            phase: outcome.phase,
            value: outcome.value,
            sentence: outcome.sentence,
            short: outcome.short,
            findings: outcome.findings,
            exchanges: outcome.exchanges,
            pictures: outcome.pictures,
        };
        let answered = context.answered.into_inner().unwrap_or_else(PoisonError::into_inner);
        (measurement, answered)
    }
}

/// On what terms a probe is run.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The time for all of it.
    pub timeout: Duration,
    /// What it means that a kind which may come back empty did.
    pub no_data: NoData,
    /// Where answers name the version that gave them, where that is known.
    pub version: Option<&'a VersionSource>,
}

/// The next whole millisecond: what is kept of a start, never before it.
fn whole_milliseconds(at: DateTime<Utc>) -> DateTime<Utc> {
    let over = at.timestamp_subsec_nanos() % 1_000_000;
    if over == 0 { at } else { at + chrono::Duration::nanoseconds(i64::from(1_000_000 - over)) }
}

async fn dispatch(context: &ProbeContext<'_>, spec: &ProbeSpec) -> Outcome {
    match spec {
        ProbeSpec::Http { url, method, headers, body } => {
            kinds::http::run(context, url, method.as_deref(), headers, body.as_deref()).await
        }
        ProbeSpec::Tls { url, min_days } => kinds::tls::run(context, url, *min_days).await,
        ProbeSpec::HttpsRedirect { url } => kinds::https_redirect::run(context, url).await,
        ProbeSpec::Hsts { url, min_max_age_s } => {
            kinds::hsts::run(context, url, *min_max_age_s).await
        }
        ProbeSpec::ExposedFiles { url } => kinds::exposed_files::run(context, url).await,
        ProbeSpec::DebugMode { url } => kinds::debug_mode::run(context, url).await,
        ProbeSpec::HttpSteps { steps } => kinds::http_steps::run(context, steps).await,
        ProbeSpec::Tcp { url, send, expect } => {
            kinds::tcp::run(context, url, send.as_deref(), expect.as_deref()).await
        }
        ProbeSpec::Reachable { url } => kinds::reachable::run(context, url).await,
        ProbeSpec::Dns { url } => kinds::dns::run(context, url).await,
        ProbeSpec::Websocket { url, headers, send, expect } => {
            kinds::websocket::run(context, url, headers, send.as_deref(), expect.as_deref()).await
        }
        ProbeSpec::Grpc { url, grpc_service } => {
            kinds::grpc::run(context, url, grpc_service.as_deref()).await
        }
        ProbeSpec::Postgres { url, password } => {
            kinds::database::run(context, Database::Postgres, url, password.as_deref()).await
        }
        ProbeSpec::Mysql { url, password } => {
            kinds::database::run(context, Database::Mysql, url, password.as_deref()).await
        }
        ProbeSpec::Redis { url, password } => {
            kinds::redis::run(context, url, password.as_deref()).await
        }
        ProbeSpec::Mail { url, password, from, to, inbox } => {
            let mail = OutgoingMail { url, password: password.as_deref(), from, to };
            kinds::mail::run(context, mail, inbox).await
        }
        ProbeSpec::Journey { recording, secrets } => {
            kinds::journey::run(context, recording, secrets).await
        }
        ProbeSpec::Prometheus { url, query, heartbeat_query, headers } => {
            kinds::prometheus::run(context, url, query, heartbeat_query.as_deref(), headers).await
        }
    }
}
