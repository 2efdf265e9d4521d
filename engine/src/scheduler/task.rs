//! What runs at its times: checks, and questions to metric servers.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use domain::{
    answering_version::ExpectedVersion,
    check::{Check, ProbeSpec},
    deployment::Deployment,
    ids::{CheckId, DeploymentId, RunId},
    indicator::Indicator,
};
use store::{StoreError, checks, indicators};
use uuid::Uuid;

use super::{limits::Claim, timetable::Planned};
use crate::{Engine, background::open_watches::OpenWatches, checks::ExpectedVersions};

/// Which task: the check or indicator, and the deployment it looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    /// Of the check, or of the indicator.
    pub(super) id: Uuid,
    /// The deployment for an indicator, which is asked about each; nil for a check, which has one
    /// phase whatever it looks at.
    pub(super) of: Uuid,
}

/// What a task runs for: the run, and the task as it is.
pub(super) type Occasion = (RunId, DateTime<Utc>);

/// When each check ran last, and for which deployment.
pub(super) type LastRuns = HashMap<CheckId, (DateTime<Utc>, Option<DeploymentId>)>;

/// A task.
#[derive(Debug, Clone)]
pub(super) enum Task {
    /// Run a check.
    Check(Arc<Check>, RunId, Option<Arc<ExpectedVersion>>),
    /// Ask a metric server for an indicator.
    Ask(Arc<Indicator>, Arc<Deployment>),
}

impl Task {
    pub(super) fn key(&self) -> Key {
        match self {
            Self::Check(check, ..) => Key { id: check.id.0, of: Uuid::nil() },
            Self::Ask(indicator, deployment) => Key { id: indicator.id.0, of: deployment.id.0 },
        }
    }

    fn occasion(&self) -> Occasion {
        match self {
            Self::Check(check, run, _) => (*run, check.updated_at),
            Self::Ask(indicator, deployment) => (deployment.id.into(), indicator.updated_at),
        }
    }

    /// Host and port it goes to.
    pub(super) fn host(&self) -> String {
        let url = match self {
            Self::Check(check, ..) => check.spec.url(),
            Self::Ask(indicator, _) => indicator.server_url.as_deref().unwrap_or_default(),
        };
        url.split("://")
            .nth(1)
            .and_then(|rest| rest.split(['/', '?', '#']).next())
            .unwrap_or(url)
            .to_ascii_lowercase()
    }

    /// What place it takes while it runs.
    pub(super) fn claim<'a>(&self, host: &'a str) -> Claim<'a> {
        let (service, journey) = match self {
            Self::Check(check, ..) => {
                (check.service_id, matches!(check.spec, ProbeSpec::Journey { .. }))
            }
            Self::Ask(indicator, _) => (indicator.service_id, false),
        };
        Claim { service: service.0, host, journey }
    }

    pub(super) fn planned(&self, has_run: bool) -> Planned<Key, Occasion> {
        let interval_s = match self {
            Self::Check(check, ..) => check.interval_s,
            Self::Ask(indicator, _) => indicator.interval_s,
        };
        let occasion = self.occasion();
        // The same at every portal: the change or the announcement, whichever came last.
        let announced = uuid_ms(occasion.0.0);
        let at_once_slot_ms = occasion.1.timestamp_millis().max(announced);
        let interval_ms = interval_s.max(1) * 1_000;
        Planned { key: self.key(), interval_ms, occasion, has_run, at_once_slot_ms }
    }
}

/// When a UUIDv7 was made by the clock of the portal that drew it, in milliseconds since 1970.
fn uuid_ms(id: Uuid) -> i64 {
    i64::try_from(id.as_u128() >> 80).unwrap_or(0)
}

/// What all tasks follow from, in a few numbers: while it stays the same, so do they.
pub(super) async fn fingerprint(engine: &Engine) -> Result<Vec<i64>, StoreError> {
    checks::fingerprint(&mut engine.read().await?, engine.now()).await
}

/// All tasks there are now.
pub(super) async fn load(engine: &Engine) -> Result<Vec<Task>, StoreError> {
    let mut link = engine.read().await?;
    let expected = ExpectedVersions::load(&mut link).await?;
    let mut tasks: Vec<_> = checks::being_watched(&mut link, engine.now())
        .await?
        .into_iter()
        .map(|(check, run)| {
            let expected = expected.of(check.service_id, &check.environment);
            Task::Check(Arc::new(check), run, expected)
        })
        .collect();
    let asked = indicators::being_watched(&mut link).await?;
    if !asked.is_empty() {
        drop(link);
        let (mut open, mut watches) = (Vec::new(), OpenWatches::default());
        while let Some(more) = watches.next(engine).await? {
            open.extend(more);
        }
        for indicator in asked {
            let here = open.iter().filter(|one| one.service_id == indicator.service_id);
            let indicator = Arc::new(indicator.clone());
            tasks.extend(here.map(|one| Task::Ask(indicator.clone(), Arc::new(one.clone()))));
        }
    }
    Ok(tasks)
}

/// Whether a task has run on its occasion before this portal started.
pub(super) fn has_run(task: &Task, last: &LastRuns) -> bool {
    let Task::Check(check, run, _) = task else {
        // A point more or less of a series does not matter.
        return true;
    };
    let ran = last.get(&check.id);
    ran.is_some_and(|(at, made_for)| {
        // What was measured where nothing is watched was measured for the duty that is open.
        let mine = made_for.map_or_else(
            || at.timestamp_millis() >= uuid_ms(run.0),
            |deployment| RunId::from(deployment) == *run,
        );
        mine && *at >= check.updated_at
    })
}
