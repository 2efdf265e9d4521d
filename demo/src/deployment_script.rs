//! One deployment's run: what happens to each of its boxes until it is signed off, rolled back or
//! superseded.

use chrono::{DateTime, Duration, Utc};
use domain::{
    baseline::Moment,
    deployment::DeploymentKind as Kind,
    item::ItemActor,
    roles::Role,
    runbook::{ItemTemplate, MachineRule, Runbook},
};
use rand::Rng as _;

use crate::{
    calendar::at_work,
    error::DemoError,
    event::{Act, Event},
    measured::{self, Pace},
    notes,
    people::Cast,
    plan::{Ending, Planner, Slot, by_name},
    reports,
};

/// What happens to a deployment, in the making.
struct DeploymentScript<'a> {
    slot: &'a Slot,
    deployment: usize,
    /// When the first signature may come.
    sign_at: DateTime<Utc>,
    events: Vec<Event>,
}

impl DeploymentScript<'_> {
    fn push(&mut self, at: DateTime<Utc>, act: Act) {
        self.events.push(Event { at, act });
    }
}

impl Planner {
    /// Plans a deployment with its run.
    pub(crate) fn deployment(&mut self, slot: &Slot, runbook: &Runbook) -> Result<(), DemoError> {
        let place = (slot.service, slot.environment);
        let version = match slot.version {
            Some(version) => version,
            None => match self.good.get(&place).and_then(|good| good.last()) {
                Some(version) => version,
                None => return Err(DemoError::Missing(format!("a version before {slot:?}"))),
            },
        };
        let deployment = self.next;
        self.next += 1;
        let watch = Duration::seconds(i64::try_from(runbook.watch_s).unwrap_or(172_800));
        let over = slot.deployed_at + watch + self.minutes(20..150);
        // The one that goes to production today is signed on staging first, whatever the hour.
        let sign_at = if slot.environment == "staging" { over } else { at_work(over) };
        let mut script = DeploymentScript { slot, deployment, sign_at, events: Vec::new() };
        script.push(slot.announced_at, announce(slot, deployment, version));
        self.rehearse(&mut script, runbook, version);
        for item in &runbook.items {
            if item.not_required_because(slot.kind, slot.environment).is_none() {
                self.work(&mut script, item);
            }
        }
        let last = self.signatures(&mut script, runbook);
        let back = match slot.ending {
            Ending::Back { at, reason, .. } => {
                let by = if self.rng.random_bool(0.5) { Cast::Operator } else { Cast::Sre };
                let act = Act::RollBack { deployment, by, reason: reason.into() };
                script.push(at, act);
                Some(at)
            }
            Ending::Good | Ending::Open => None,
        };
        let signed = matches!(slot.ending, Ending::Good)
            && slot.until.is_none_or(|until| last + Duration::hours(3) < until);
        if signed {
            self.good.entry(place).or_default().push(version);
        }
        let end = back.or(signed.then_some(last)).or(slot.until).unwrap_or(self.now);
        script.events.retain(|event| {
            let closing = matches!(event.act, Act::RollBack { .. });
            let signature = matches!(event.act, Act::Sign { .. });
            if signature { signed } else { event.at < end || closing }
        });
        script.events.extend(self.lessons(slot, deployment));
        self.events.append(&mut script.events);
        Ok(())
    }

    /// The rehearsal of the way back, on the morning of the deployment.
    fn rehearse(&mut self, script: &mut DeploymentScript<'_>, runbook: &Runbook, version: &str) {
        let slot = script.slot;
        let asked = runbook.items.iter().any(|i| i.machine == Some(MachineRule::RollbackRehearsed));
        if !asked || slot.kind == Kind::Rollback {
            return;
        }
        let good = self.good.get(&(slot.service, slot.environment));
        let target = good.and_then(|good| good.iter().rev().find(|good| **good != version));
        // Before the first, what is rehearsed is to install it again.
        let target = target.map_or(version, |target| *target).to_owned();
        let at = match slot.ending {
            Ending::Open => self.now - Duration::days(6) - self.minutes(0..40),
            _ => slot.announced_at - self.minutes(45..150),
        };
        let fresh = self.rehearsed.get(slot.service).is_some_and(|(version, when)| {
            *version == target && slot.announced_at - *when < Duration::days(20)
        });
        if fresh {
            return;
        }
        self.rehearsed.insert(slot.service, (target.clone(), at));
        let duration_s = self.rng.random_range(130..290);
        let by = if self.rng.random_bool(0.7) { Cast::Operator } else { Cast::Sre };
        let service = slot.service.to_owned();
        script.push(at, Act::Rehearse { service, version: target, duration_s, by });
    }

    /// What happens to a box.
    fn work(&mut self, script: &mut DeploymentScript<'_>, item: &ItemTemplate) {
        let (slot, deployment) = (script.slot, script.deployment);
        let key = || item.key.clone();
        let late = item.due_s.is_some_and(|due| due >= 86_400);
        if let Some((_, reason)) = slot.waived.filter(|(waived, _)| *waived == item.key) {
            let at = if late {
                script.sign_at - self.minutes(70..130)
            } else {
                slot.announced_at + self.minutes(90..200)
            };
            let act =
                Act::Waive { deployment, item: key(), by: Cast::Admin, reason: reason.into() };
            script.push(at, act);
            return;
        }
        if slot.kind == Kind::Rollback && item.machine == Some(MachineRule::RollbackRehearsed) {
            let reason = "The rollback itself was the rehearsal: it worked an hour ago, and the plan has not changed since.";
            let at = slot.announced_at + self.minutes(40..60);
            script.push(
                at,
                Act::Waive { deployment, item: key(), by: Cast::Admin, reason: reason.into() },
            );
            return;
        }
        if let Ending::Back { at, failed: Some(failed), seen, .. } = slot.ending {
            let (failing, check) = failed.split_once('/').unwrap_or((failed, ""));
            if failing == item.key {
                let early = (at - slot.announced_at).num_minutes().clamp(4, 16) / 2;
                let when = at - Duration::minutes(early);
                self.fail(script, item, when, check, seen);
                return;
            }
        }
        if matches!(slot.ending, Ending::Open) {
            self.work_open(script, item);
            return;
        }
        self.machine(script, item, late);
        self.person(script, item, late);
    }

    fn machine(&mut self, script: &mut DeploymentScript<'_>, item: &ItemTemplate, late: bool) {
        let (slot, deployment) = (script.slot, script.deployment);
        if item.key == "end-to-end" || item.key == "smoke-tests" && self.rng.random_bool(0.5) {
            let at = slot.announced_at + self.minutes(7..15);
            let xml = reports::end_to_end(&[]);
            script.push(at, Act::Report { deployment, item: item.key.clone(), xml });
            return;
        }
        if item.actor == ItemActor::Human || item.machine == Some(MachineRule::RollbackRehearsed) {
            return;
        }
        if !item.probes.is_empty() {
            let over = slot.announced_at + Duration::hours(46);
            if self.is_compared_with(slot) {
                self.watch(script, over);
            } else {
                self.look_back(script, over);
            }
            // What leaked under the release before is closed; that it was rotated is said here.
            if self.leaked.remove(&(slot.service, slot.environment)) {
                let (item, by) = (item.key.clone(), Cast::Sre);
                let note = "All eleven secrets of that page: the database, the payment provider, the mail server and the session key among them.".into();
                let at = slot.announced_at + Duration::minutes(95);
                script.push(at, Act::SettleLeak { deployment, item, by, note });
            }
            capture(script, slot.deployed_at + Duration::hours(49));
            return;
        }
        let at = if item.machine == Some(MachineRule::Baselines) {
            // What its indicators do not tell, the job that reads the error rate does.
            slot.deployed_at + Duration::hours(48) + self.minutes(2..15)
        } else if late {
            slot.deployed_at + Duration::hours(48) - self.minutes(2..20)
        } else {
            slot.announced_at + self.minutes(2..9)
        };
        let summary = notes::result(&mut self.rng, &item.key);
        self.result(script, item, at, true, summary);
    }

    fn person(&mut self, script: &mut DeploymentScript<'_>, item: &ItemTemplate, late: bool) {
        if item.actor == ItemActor::Automated || !item.required && self.rng.random_bool(0.5) {
            return;
        }
        let slot = script.slot;
        let minutes = i64::try_from(item.due_s.unwrap_or(14_400) / 60).unwrap_or(240);
        let at = match (late, minutes) {
            (true, _) => script.sign_at - self.minutes(6..30),
            (false, 0..16) => slot.announced_at + self.minutes(1..5),
            (false, _) => slot.announced_at + self.minutes(10..minutes.min(110)),
        };
        let night = slot.kind == Kind::Hotfix && !late;
        let by = if night || self.rng.random_bool(0.2) { Cast::Sre } else { Cast::Operator };
        let note = notes::tick(&mut self.rng, &item.key);
        script.push(
            at,
            Act::Tick { deployment: script.deployment, item: item.key.clone(), by, note },
        );
    }

    fn fail(
        &mut self,
        script: &mut DeploymentScript<'_>,
        item: &ItemTemplate,
        at: DateTime<Utc>,
        check: &str,
        seen: &str,
    ) {
        let deployment = script.deployment;
        let key = item.key.clone();
        if item.key == "end-to-end" {
            let xml = reports::end_to_end(&[seen]);
            script.push(at, Act::Report { deployment, item: key, xml });
        } else if item.actor == ItemActor::Human {
            script.push(
                at,
                Act::Fail { deployment, item: key, by: Cast::Operator, note: seen.into() },
            );
        } else if item.probes.is_empty() {
            self.result(script, item, at, false, seen.to_owned());
        } else {
            if ["debug-mode", "exposed-files"].contains(&check) {
                self.leaked.insert((script.slot.service, script.slot.environment));
            }
            let seen = measured::round(&mut self.rng, at, Pace::Hosts, Some((check, seen)));
            script.push(at + Duration::seconds(2), Act::Measure { deployment, seen });
        }
    }

    /// What has happened so far to a box of a run that is open now. What nobody has looked at
    /// stays as it is.
    fn work_open(&mut self, script: &mut DeploymentScript<'_>, item: &ItemTemplate) {
        let (slot, deployment) = (script.slot, script.deployment);
        let live = slot.environment == "production";
        let key = item.key.clone();
        match item.key.as_str() {
            "perf-security" if live => {
                let until = self.now - Duration::minutes(5);
                self.watch(script, until);
                capture(script, until);
            }
            "perf-security" => {
                let mut at = slot.announced_at + Duration::minutes(1);
                while at < self.now - Duration::minutes(5) {
                    self.measure(script, at, Pace::Loopback);
                    at += Duration::minutes(30);
                }
            }
            "end-to-end" => {
                let xml = reports::end_to_end(&[
                    "checkout.spec › subscription renews after a month: expected 2 orders, found 1",
                    "checkout.spec › subscription can be paused: timed out after 30 s waiting for “Paused”",
                ]);
                script.push(
                    slot.announced_at + self.minutes(9..14),
                    Act::Report { deployment, item: key, xml },
                );
            }
            "smoke-tests" if live => {
                let note = "Bought a gift card, got the mail, paid with it; a cart with a voucher and a card as well. Console clean.".to_owned();
                let at = slot.announced_at + self.minutes(18..26);
                let xml = reports::end_to_end(&[]);
                script.push(
                    at - Duration::minutes(9),
                    Act::Report { deployment, item: key.clone(), xml },
                );
                script.push(at, Act::Tick { deployment, item: key, by: Cast::Operator, note });
            }
            "migrations-forward-compatible" => {
                let note =
                    "One new table. 1.3.15 runs against the new schema on staging since yesterday."
                        .to_owned();
                let at = slot.announced_at + self.minutes(12..20);
                script.push(at, Act::Tick { deployment, item: key, by: Cast::Operator, note });
            }
            "workers-replaced" | "migrations" | "integrations" => {
                let at = slot.announced_at + self.minutes(2..9);
                let summary = notes::result(&mut self.rng, &item.key);
                self.result(script, item, at, true, summary);
            }
            _ => {}
        }
    }

    /// Whether what is measured now is compared with it: then it was measured as closely.
    fn is_compared_with(&self, slot: &Slot) -> bool {
        (slot.service, slot.environment) == ("shop", "production")
            && slot.deployed_at > self.now - Duration::days(30)
    }

    /// The checks run as they do in a watch.
    fn watch(&mut self, script: &mut DeploymentScript<'_>, until: DateTime<Utc>) {
        let began = script.slot.announced_at + Duration::minutes(1);
        let rounds = (until - began).num_minutes() / 5;
        for round in 0..rounds {
            let at = began + Duration::minutes(5 * round);
            let mut seen = measured::round(&mut self.rng, at, Pace::Loopback, None);
            // What is no page changes less often than it is worth telling, but for how it is now.
            let all = round % 6 == 0 || round + 1 == rounds;
            seen.retain(|(suffix, _)| all || suffix.starts_with("target-"));
            let deployment = script.deployment;
            script.push(at + Duration::seconds(2), Act::Measure { deployment, seen });
        }
    }

    /// As [`watch`](Self::watch), of long ago: a page every five minutes and all checks at both ends,
    /// told in one.
    fn look_back(&mut self, script: &mut DeploymentScript<'_>, until: DateTime<Utc>) {
        let began = script.slot.announced_at + Duration::minutes(1);
        self.measure(script, began, Pace::Hosts);
        let mut all = Vec::new();
        let mut at = began + Duration::minutes(5);
        while at < until {
            let mut seen = measured::round(&mut self.rng, at, Pace::Hosts, None);
            let last = at + Duration::minutes(5) >= until;
            seen.retain(|(suffix, _)| last || *suffix == "target-home");
            all.append(&mut seen);
            at += Duration::minutes(5);
        }
        script.push(until, Act::Measure { deployment: script.deployment, seen: all });
    }

    fn measure(&mut self, script: &mut DeploymentScript<'_>, at: DateTime<Utc>, pace: Pace) {
        let seen = measured::round(&mut self.rng, at, pace, None);
        let deployment = script.deployment;
        script.push(at + Duration::seconds(2), Act::Measure { deployment, seen });
    }

    fn result(
        &mut self,
        script: &mut DeploymentScript<'_>,
        item: &ItemTemplate,
        at: DateTime<Utc>,
        passed: bool,
        summary: String,
    ) {
        let number = self.rng.random_range(10_000..90_000);
        let item = item.key.clone();
        let deployment = script.deployment;
        script.push(at, Act::Result { deployment, item, passed, summary, run: number });
    }

    /// The signatures; answers when the last one comes.
    fn signatures(
        &mut self,
        script: &mut DeploymentScript<'_>,
        runbook: &Runbook,
    ) -> DateTime<Utc> {
        let mut at = script.sign_at;
        let mut last = at;
        let probed = runbook.items.iter().any(|item| !item.probes.is_empty());
        for required in &runbook.sign_off {
            let by = match (Role::parse(&required.role), script.slot.by) {
                (None, _) if required.role == "product" => Cast::Product,
                (None, _) => Cast::Sre,
                // Never the one who deployed, alone.
                (Some(_), Cast::Sre) => Cast::Product,
                (Some(_), _) if self.rng.random_bool(0.5) => Cast::Product,
                (Some(_), _) => Cast::Sre,
            };
            // Nobody signs what was measured hours ago.
            if probed {
                self.measure(script, at - Duration::minutes(1), Pace::Hosts);
            }
            let comment = notes::sign(&mut self.rng);
            script.push(at, Act::Sign { deployment: script.deployment, by, comment });
            last = at;
            at = at_work(at + self.minutes(15..170));
        }
        last
    }
}

/// The baselines that are due until then are captured.
fn capture(script: &mut DeploymentScript<'_>, until: DateTime<Utc>) {
    for moment in Moment::ALL {
        let due = script.slot.deployed_at + moment.after() + Duration::minutes(5);
        if due < until {
            script.push(due, Act::Capture);
        }
    }
}

fn announce(slot: &Slot, deployment: usize, version: &str) -> Act {
    Act::Announce {
        deployment,
        service: slot.service.into(),
        environment: slot.environment.into(),
        version: version.into(),
        kind: slot.kind,
        strategy: slot.strategy,
        deployed_at: slot.deployed_at,
        by: slot.by,
        notes: format!("{} (Demo data.)", slot.notes),
        runbook: by_name(slot.service).map(Into::into),
    }
}
