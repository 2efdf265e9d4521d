//! The checks Daytwo makes by itself from a service's base URL.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::{
    check::{Check, ProbeSpec, RESPONSE_TARGETS, measures},
    event::Event,
    ids::CheckId,
    item::Item,
    run::{Run, RunSubject},
    service::{OF_HTTPS, Service},
};
use store::{
    Tx, checks,
    runs::{self, items},
    services,
};

use crate::{Error, ids::new_id, runs::evaluate_all};

/// Seconds from one run of a built-in check to the next while a watch is open.
const INTERVAL_S: i64 = 60;

/// A check as a runbook's probe asks for it.
struct Wanted {
    suffix: String,
    label: String,
    spec: ProbeSpec,
    conditions: Vec<String>,
    timeout_s: i64,
}

/// Makes the built-in checks of the open runs there fit their items and the service's base URL and
/// targets; retires those that no longer do, and evaluates the runs again. `opening` is a run whose
/// items are not written yet, and which is evaluated by whoever opens it. Does nothing where no run
/// is open.
pub(crate) async fn sync_built_in(
    tx: &mut Tx,
    service: &Service,
    environment: &str,
    opening: Option<(&Run, &[Item])>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut open = runs::open_in(tx, service.id, environment).await?;
    open.retain(|run| opening.is_none_or(|(opening, _)| opening.id != run.id));
    // What was signed off goes on being watched for its time, by the same checks, until another
    // deployment takes its place.
    let opens_deployment =
        opening.is_some_and(|(opening, _)| opening.subject == RunSubject::Deployment);
    let mut signed = None;
    if !opens_deployment {
        signed = runs::signed_in(tx, service.id, environment).await?;
        signed = signed.filter(|run| run.can_be_revoked(now));
    }
    if open.is_empty() && signed.is_none() && opening.is_none() {
        return Ok(());
    }
    let places = services::environments_of(tx, service.id).await?;
    let place = places.into_iter().find(|known| known.environment == environment);
    let is_plain = place.as_ref().is_some_and(|place| place.plain_http().is_some());
    let base_url = place.and_then(|known| known.base_url);
    let mut kept = HashSet::new();
    let present = checks::of_environment(tx, service.id, environment).await?;
    if let Some(base_url) = base_url {
        let mut items = opening.map_or_else(Vec::new, |(_, items)| items.to_vec());
        for run in open.iter().chain(&signed) {
            items.extend(items::of_run(tx, run.id).await?);
        }
        items.retain(|item| item.not_required_because.is_none());
        let mut asked = HashSet::new();
        for item in &items {
            // Runs that have the same item share what measures it.
            let probes = item.probes.iter().filter(|probe| asked.insert((&item.key, *probe)));
            for probe in probes.collect::<Vec<_>>() {
                let stands_in = |check| stands_in(check, &item.key, probe);
                let unexpected = is_plain && OF_HTTPS.contains(&probe.as_str());
                if unexpected || present.iter().any(stands_in) {
                    continue;
                }
                for wanted in wanted(probe, &base_url, service) {
                    let key =
                        put(tx, service, environment, item, probe, wanted, &kept, now).await?;
                    kept.insert(key);
                }
            }
        }
    }
    for check in present {
        if check.built_in.is_some() && !kept.contains(&check.key) {
            checks::retire(tx, check.id, now).await?;
        }
    }
    for run in open {
        evaluate_all(tx, &run, now).await?;
        tx.publish(Event::run_changed(run.id));
    }
    Ok(())
}

/// Makes a built-in check as it is wanted; answers its key.
#[expect(clippy::too_many_arguments, reason = "what a check is made of")]
async fn put(
    tx: &mut Tx,
    service: &Service,
    environment: &str,
    item: &Item,
    probe: &str,
    wanted: Wanted,
    kept: &HashSet<String>,
    now: DateTime<Utc>,
) -> Result<String, Error> {
    let mut key = format!("{environment}-{}", wanted.suffix);
    let mut before = checks::by_key(tx, service.id, &key).await?;
    if before.as_ref().is_some_and(|check| check.built_in.is_none()) {
        // The team has a check of its own of that name; it stays theirs.
        key.push_str("-built-in");
        before = checks::by_key(tx, service.id, &key).await?;
    }
    if kept.contains(&key) {
        // Two items ask for the same probe: each gets a check of its own.
        key = format!("{key}-{}", item.key);
        before = checks::by_key(tx, service.id, &key).await?;
    }
    let record = Check {
        id: before.as_ref().map_or_else(|| CheckId(new_id()), |check| check.id),
        service_id: service.id,
        environment: environment.to_owned(),
        key: key.clone(),
        label: wanted.label,
        spec: wanted.spec,
        conditions: wanted.conditions,
        interval_s: INTERVAL_S,
        timeout_s: wanted.timeout_s,
        item: Some(item.key.clone()),
        critical: false,
        dry_run: false,
        no_data: "undecided".into(),
        built_in: Some(probe.to_owned()),
        retired_at: None,
        created_at: before.as_ref().map_or(now, |check| check.created_at),
        updated_at: before.as_ref().map_or(now, |check| check.updated_at),
    };
    // What a check saw counts from its last change on, so that one that fits is left alone.
    if before.as_ref() != Some(&record) {
        checks::put(tx, Check { updated_at: now, ..record }).await?;
    }
    Ok(key)
}

/// Whether a check that somebody wrote takes a built-in one's place: it measures the same for the
/// same box. A service on ports of its own needs that, since an address alone does not say where
/// its plain-HTTP twin answers.
fn stands_in(check: &Check, item: &str, probe: &str) -> bool {
    check.built_in.is_none()
        && !check.dry_run
        && check.item.as_deref() == Some(item)
        && measures(probe, check.spec.kind(), None)
}

/// The checks a runbook's probe stands for.
fn wanted(probe: &str, base_url: &str, service: &Service) -> Vec<Wanted> {
    let url = || base_url.to_owned();
    let one = |label: &str, spec: ProbeSpec| {
        vec![Wanted {
            suffix: probe.to_owned(),
            label: label.to_owned(),
            spec,
            conditions: Vec::new(),
            timeout_s: 20,
        }]
    };
    match probe {
        RESPONSE_TARGETS => service
            .targets
            .iter()
            .map(|target| Wanted {
                suffix: format!("target-{}", target.name),
                label: target.name.clone(),
                spec: ProbeSpec::Http {
                    url: join(base_url, &target.path),
                    method: None,
                    headers: std::collections::BTreeMap::new(),
                    body: None,
                },
                conditions: vec![
                    "status < 400".into(),
                    format!("response_time_ms < {}", target.target_ms),
                ],
                timeout_s: 10,
            })
            .collect(),
        "exposed-files" => one("exposed files", ProbeSpec::ExposedFiles { url: url() }),
        "https-redirect" => one("HTTPS redirect", ProbeSpec::HttpsRedirect { url: url() }),
        "hsts" => one("HSTS", ProbeSpec::Hsts { url: url(), min_max_age_s: None }),
        "tls" => one("certificate", ProbeSpec::Tls { url: url(), min_days: None }),
        "debug-mode" => one("debug", ProbeSpec::DebugMode { url: url() }),
        _ => Vec::new(),
    }
}

/// A path below a base URL, which may itself have one.
fn join(base_url: &str, path: &str) -> String {
    format!("{}/{}", base_url.trim_end_matches('/'), path.trim_start_matches('/'))
}
