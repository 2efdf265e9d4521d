//! All that the deployment's page shows.

use chrono::{DateTime, Utc};
use domain::{
    acts::{ItemAct, may},
    audit::AuditEntry,
    check::ProbeSpec,
    due::is_overdue,
    gate::GateAnswer,
    ids::{CheckId, DeploymentId},
    item::MachineWord,
    measurement::{Measurement, Phase},
    permissions::{Permission, permit},
    sign_off::{self, Signature},
    watch::{WatchProgress, WatchState},
    who::{Person, Who},
    words::Actor,
};
use store::{
    Link, audit,
    baselines::{self, BaselineRecord, Reference},
    deployments::{self, DeploymentRecord},
    evidence::{self, EvidenceRecord},
    heartbeats,
    items::ItemRecord,
    lessons::{self, LessonRecord},
    manual_baselines::{self, ManualBaseline},
    measurements, people,
    rehearsals::{self, RehearsalRecord},
    releases::{self, ReleaseRecord},
    rollbacks::{self, RollbackRecord},
    services::{self, RollbackPlan},
    sign_offs::{self, SignOffRecord},
    waivers::{self, WaiverRecord},
};

use super::strip::{self, Strip};
use crate::{
    Engine, Refusal,
    heartbeats::HeartbeatNow,
    indicators::{self, Chart},
    run::{self, CheckNow},
};

/// How many pieces of evidence of each box the page shows.
const EVIDENCE_EACH: i64 = 8;
/// How many lines the timeline shows.
const TIMELINE: i64 = 60;

/// The page.
#[derive(Debug, Clone)]
pub struct DeploymentPage {
    /// The deployment.
    pub deployment: DeploymentRecord,
    /// The service's name.
    pub service_name: String,
    /// Its release.
    pub release: Option<ReleaseRecord>,
    /// Where the service answers there.
    pub base_url: Option<String>,
    /// The deployment it took the place of.
    pub replaces: Option<Neighbour>,
    /// The deployment that took its place.
    pub superseded_by: Option<Neighbour>,
    /// What the gate says.
    pub gate: GateAnswer,
    /// How far the watch has come.
    pub progress: WatchProgress,
    /// The boxes.
    pub items: Vec<ItemNow>,
    /// The checks that are bound to no box.
    pub other_checks: Vec<CheckNow>,
    /// The watch strip.
    pub strip: Strip,
    /// The rollback panel.
    pub rollback: RollbackPanel,
    /// The sign-off panel.
    pub sign_off: SignOffPanel,
    /// What happened, newest first.
    pub timeline: Vec<AuditEntry>,
    /// The baselines captured so far.
    pub baselines: Vec<BaselineRecord>,
    /// Those somebody recorded by hand, oldest first.
    pub manual_baselines: Vec<ManualBaseline>,
    /// Whether the reader may record some.
    pub may_record_baselines: bool,
    /// The last good deployment before it, with its baselines.
    pub reference: Option<Reference>,
    /// The indicators since the deployment.
    pub charts: Vec<Chart>,
    /// The lessons written on the run.
    pub lessons: Vec<LessonRecord>,
    /// Whether the reader may write one.
    pub may_write_lesson: bool,
    /// When the page was read.
    pub now: DateTime<Utc>,
}

/// Another deployment, for a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its id.
    pub id: DeploymentId,
    /// Its version.
    pub version: String,
}

/// A box as it stands.
#[derive(Debug, Clone)]
pub struct ItemNow {
    /// The box.
    pub item: ItemRecord,
    /// Its heartbeats.
    pub heartbeats: Vec<HeartbeatNow>,
    /// Its checks with what they saw last.
    pub checks: Vec<CheckNow>,
    /// What was sent and received by those checks that did not pass, and what journeys saw.
    pub proofs: Vec<(CheckId, Measurement)>,
    /// Its newest evidence, newest first.
    pub evidence: Vec<EvidenceRecord>,
    /// Its waiver, expired or not.
    pub waiver: Option<WaiverRecord>,
    /// Whether it is overdue.
    pub overdue: bool,
    /// What the reader may do.
    pub may: May,
}

/// What the reader may do with a box.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct May {
    /// Tick or confirm it.
    pub tick: bool,
    /// Mark it as failed.
    pub mark_failed: bool,
    /// Take their or another's tick back.
    pub untick: bool,
    /// Waive it.
    pub waive: bool,
    /// End its waiver.
    pub end_waiver: bool,
    /// Have its probes run now.
    pub probe: bool,
}

/// What the rollback panel shows.
#[derive(Debug, Clone)]
pub struct RollbackPanel {
    /// The plan, where there is one.
    pub plan: Option<RollbackPlan>,
    /// What it would restore.
    pub target: Option<DeploymentRecord>,
    /// The commit of that.
    pub target_commit: Option<String>,
    /// The newest rehearsal.
    pub rehearsal: Option<RehearsalRecord>,
    /// Whether the plan has been proven.
    pub word: MachineWord,
    /// Why.
    pub sentence: String,
    /// The rollback that was triggered.
    pub done: Option<RollbackRecord>,
    /// Whether the reader may trigger it.
    pub may: bool,
}

/// What the sign-off panel shows.
#[derive(Debug, Clone)]
pub struct SignOffPanel {
    /// The roles that are required.
    pub roles: Vec<SignOffRole>,
    /// The signatures given.
    pub given: Vec<SignOffRecord>,
    /// The role the reader's signature would count for, or why they cannot sign.
    pub may: Result<String, String>,
}

/// A required sign-off with who can give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOffRole {
    /// The role.
    pub role: String,
    /// How many people are needed.
    pub needed: u32,
    /// How many have signed.
    pub given: u32,
    /// The names of those who could.
    pub candidates: Vec<String>,
}

impl Engine {
    /// All that the deployment's page shows this reader.
    ///
    /// # Errors
    /// Where there is no such deployment.
    pub async fn deployment_page(
        &self,
        person: &Person,
        id: DeploymentId,
    ) -> Result<DeploymentPage, Refusal> {
        let now = self.now();
        let who = Who::Person(person.clone());
        permit(&who, Permission::Read, None)?;
        let mut connection = self.read().await?;
        let link = &mut connection;
        let Some(deployment) = deployments::by_id(link, id).await? else {
            return Err(Refusal::not_found("deployment", id));
        };
        let service = services::by_id(link, deployment.service_id).await?;
        let environments = services::environments_of(link, deployment.service_id).await?;
        let base_url = environments
            .into_iter()
            .find(|known| known.environment == deployment.environment)
            .and_then(|known| known.base_url);
        let records = run::boxes_now(link, &deployment, now).await?;
        let gate = run::ask(&deployment, &records);
        let mut checks = run::checks_now(link, &deployment, |_| true).await?;
        let strip = strip::load(link, &deployment).await?;
        let reference = baselines::reference(
            link,
            deployment.service_id,
            &deployment.environment,
            deployment.deployed_at,
        )
        .await?;
        let items = items_now(link, &deployment, records, &mut checks, &who, now).await?;
        Ok(DeploymentPage {
            service_name: service.map(|service| service.name).unwrap_or_default(),
            release: releases::by_id(link, deployment.release_id).await?,
            base_url,
            replaces: neighbour(link, deployment.replaces_id).await?,
            superseded_by: neighbour(link, deployment.superseded_by_id).await?,
            progress: WatchProgress::at(deployment.deployed_at, deployment.watch_ends_at, now),
            items,
            other_checks: checks,
            strip,
            rollback: rollback_panel(link, &deployment, &who, now).await?,
            sign_off: sign_off_panel(link, &deployment, &gate, person).await?,
            timeline: audit::of_deployment(link, id.0, TIMELINE).await?,
            baselines: baselines::of_deployment(link, id).await?,
            manual_baselines: manual_baselines::of_deployment(link, id).await?,
            may_record_baselines: deployment.state == WatchState::Watching
                && permit(&who, Permission::RecordBaselines, None).is_ok(),
            charts: indicators::charts(link, &deployment, reference.as_ref(), now).await?,
            reference,
            lessons: lessons::of_deployment(link, id).await?,
            may_write_lesson: permit(&who, Permission::WriteLesson, None).is_ok(),
            gate,
            deployment,
            now,
        })
    }
}

async fn neighbour(
    link: &mut Link,
    id: Option<DeploymentId>,
) -> Result<Option<Neighbour>, Refusal> {
    let Some(id) = id else { return Ok(None) };
    let found = deployments::by_id(link, id).await?;
    Ok(found.map(|found| Neighbour { id, version: found.version }))
}

/// The boxes with their checks, which are taken out of `checks`.
async fn items_now(
    link: &mut Link,
    deployment: &DeploymentRecord,
    records: Vec<ItemRecord>,
    checks: &mut Vec<CheckNow>,
    who: &Who,
    now: DateTime<Utc>,
) -> Result<Vec<ItemNow>, Refusal> {
    let ids: Vec<_> = records.iter().map(|item| item.id).collect();
    let mut kept = evidence::of_items(link, &ids, EVIDENCE_EACH).await?;
    let waivers = waivers::not_ended(link, deployment.id).await?;
    let beating = beating(link, deployment, now).await?;
    let mut all = Vec::with_capacity(records.len());
    for item in records {
        let (bound, rest): (Vec<_>, Vec<_>) = std::mem::take(checks)
            .into_iter()
            .partition(|now| now.check.item.as_deref() == Some(&item.key));
        *checks = rest;
        let (mine, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut kept).into_iter().partition(|kept| kept.item_id == item.id);
        kept = others;
        let waiver = waivers.iter().find(|waiver| waiver.item_id == item.id).cloned();
        let mut proofs = Vec::new();
        for now in &bound {
            // A journey's pictures are its evidence, also where it went through.
            let journey = matches!(now.check.spec, ProbeSpec::Journey { .. });
            let bad = now.newest.as_ref().filter(|seen| journey || seen.phase != Phase::Successful);
            if let Some(bad) = bad {
                let seen = measurements::evidence(link, now.check.id, bad.at).await?;
                proofs.extend(seen.map(|seen| (now.check.id, seen)));
            }
        }
        all.push(ItemNow {
            overdue: is_overdue(item.state, item.due_at, now),
            may: may_do(&item, deployment, who, waiver.is_some(), !bound.is_empty()),
            heartbeats: beating
                .iter()
                .filter(|one| one.record.item.as_deref() == Some(&item.key))
                .cloned()
                .collect(),
            checks: bound,
            proofs,
            evidence: mine,
            waiver,
            item,
        });
    }
    Ok(all)
}

/// The heartbeats there while a watch is open; what they said in one that is closed is in the
/// boxes' evidence.
async fn beating(
    link: &mut Link,
    deployment: &DeploymentRecord,
    now: DateTime<Utc>,
) -> Result<Vec<HeartbeatNow>, Refusal> {
    if deployment.state != WatchState::Watching {
        return Ok(Vec::new());
    }
    let (service, environment) = (deployment.service_id, &deployment.environment);
    let found = heartbeats::of_environment(link, service, environment).await?;
    Ok(crate::heartbeats::now_of(link, found, now).await?)
}

fn may_do(
    item: &ItemRecord,
    deployment: &DeploymentRecord,
    who: &Who,
    waived: bool,
    probed: bool,
) -> May {
    let can = |act| may(act, &item.key, item.actor, deployment.state, who).is_ok();
    let applies = item.not_required_because.is_none();
    let spoken = item.person.is_some();
    May {
        tick: applies && !spoken && can(ItemAct::Tick),
        mark_failed: applies && !spoken && can(ItemAct::MarkFailed),
        untick: spoken && can(ItemAct::Untick),
        waive: !item.state.is_closed() && can(ItemAct::Waive),
        end_waiver: waived && can(ItemAct::EndWaiver),
        probe: probed && item.actor != Actor::Human && can(ItemAct::Probe),
    }
}

async fn rollback_panel(
    link: &mut Link,
    deployment: &DeploymentRecord,
    who: &Who,
    now: DateTime<Utc>,
) -> Result<RollbackPanel, Refusal> {
    let target = run::rollback_target(link, deployment).await?;
    let target_commit = match &target {
        None => None,
        Some(target) => {
            releases::by_id(link, target.release_id).await?.and_then(|release| release.commit_sha)
        }
    };
    let (word, sentence) = run::rehearsal_judgement(link, deployment, now).await?;
    let done = rollbacks::of_deployment(link, deployment.id).await?;
    let runs = deployments::running(link, deployment.service_id, &deployment.environment).await?;
    Ok(RollbackPanel {
        plan: services::rollback_plan(link, deployment.service_id, &deployment.environment).await?,
        target,
        target_commit,
        rehearsal: rehearsals::newest(link, deployment.service_id, 1).await?.pop(),
        word,
        sentence,
        may: done.is_none()
            && runs.is_none_or(|runs| runs.id == deployment.id)
            && permit(who, Permission::RollBack, Some(&deployment.service)).is_ok()
            && deployment.state.may_become(WatchState::RolledBack),
        done,
    })
}

async fn sign_off_panel(
    link: &mut Link,
    deployment: &DeploymentRecord,
    gate: &GateAnswer,
    person: &Person,
) -> Result<SignOffPanel, Refusal> {
    let given = sign_offs::of_deployment(link, deployment.id).await?;
    let signatures: Vec<_> = given
        .iter()
        .map(|given| Signature { person: given.person_id, role: given.role.clone() })
        .collect();
    let everyone = people::all(link).await?;
    let required = &deployment.sign_off_required;
    let roles = sign_off::counts(required, &signatures)
        .into_iter()
        .map(|count| SignOffRole {
            candidates: everyone
                .iter()
                .filter(|record| record.disabled_at.is_none())
                .map(|record| &record.person)
                .filter(|candidate| sign_off::holds(candidate, &count.role))
                .filter(|candidate| signatures.iter().all(|given| given.person != candidate.id))
                .map(|candidate| candidate.name.clone())
                .collect(),
            role: count.role,
            needed: count.needed,
            given: count.given,
        })
        .collect();
    let may = sign_off::may_sign(
        deployment.state,
        gate,
        required,
        &signatures,
        person,
        deployment.deployer_id,
    )
    .map_err(|refusal| refusal.to_string());
    Ok(SignOffPanel { roles, given, may })
}
