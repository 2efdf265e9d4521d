//! The year's plan: which release went where and when, and what happened to it. Made from a seed
//! and a time alone.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use domain::{
    deployment::{DeploymentKind as Kind, Strategy},
    runbook::{Runbook, select},
};
use formats::{SHIPPED_RUNBOOKS, runbook_yaml};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use crate::{
    calendar::{working_day, working_days_before},
    error::DemoError,
    event::{Act, Event},
    lessons::LESSONS,
    people::Cast,
    releases::{BILLING, End, NOTIFICATIONS, Release, SHOP},
};

/// The runbooks the demo's team wrote, and how many days ago it published them.
const OWN: [(&str, &str, i64); 2] = [
    ("staging-deploy.yaml", include_str!("../runbooks/staging-deploy.yaml"), 364),
    ("production-deploy.yaml", include_str!("../runbooks/production-deploy.yaml"), 256),
];

/// A deployment in the making.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) service: &'static str,
    pub(crate) environment: &'static str,
    /// `None` for a rollback: whatever was good before.
    pub(crate) version: Option<&'static str>,
    pub(crate) kind: Kind,
    pub(crate) strategy: Strategy,
    pub(crate) notes: &'static str,
    pub(crate) deployed_at: DateTime<Utc>,
    pub(crate) announced_at: DateTime<Utc>,
    /// When the next one takes its place.
    pub(crate) until: Option<DateTime<Utc>>,
    pub(crate) by: Cast,
    pub(crate) waived: Option<(&'static str, &'static str)>,
    pub(crate) ending: Ending,
}

/// How it is to end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ending {
    /// Signed off in time, else superseded.
    Good,
    /// Rolled back.
    Back {
        at: DateTime<Utc>,
        failed: Option<&'static str>,
        seen: &'static str,
        reason: &'static str,
    },
    /// Being watched now.
    Open,
}

/// Everything planning needs.
pub(crate) struct Planner {
    pub(crate) rng: StdRng,
    pub(crate) now: DateTime<Utc>,
    pub(crate) events: Vec<Event>,
    /// With the time from which each is published.
    runbooks: Vec<(DateTime<Utc>, Runbook)>,
    pub(crate) next: usize,
    /// What was signed off, oldest first, by service and environment.
    pub(crate) good: BTreeMap<(&'static str, &'static str), Vec<&'static str>>,
    /// Where something leaked and nobody has said yet what was rotated.
    pub(crate) leaked: BTreeSet<(&'static str, &'static str)>,
    /// The newest rehearsal of each service.
    pub(crate) rehearsed: BTreeMap<&'static str, (String, DateTime<Utc>)>,
}

/// Plans the year before `now`. The same seed and time give the same plan.
///
/// # Errors
/// Where a runbook cannot be read or none fits.
pub fn plan(seed: u64, now: DateTime<Utc>) -> Result<Vec<Event>, DemoError> {
    let mut planner = Planner::new(seed, now)?;
    let mut slots = planner.slots();
    // By place and time, so that each knows the one before and the one after.
    slots.sort_by_key(|slot| (slot.service, slot.environment, slot.deployed_at));
    for at in 1..slots.len() {
        let next = (slots[at].service, slots[at].environment, slots[at].announced_at);
        let before = &mut slots[at - 1];
        if (before.service, before.environment) == (next.0, next.1) {
            before.until = Some(next.2);
        }
    }
    for slot in slots {
        let runbook = planner.runbook(&slot)?;
        planner.deployment(&slot, &runbook)?;
    }
    planner.events.sort_by_key(|event| event.at);
    Ok(planner.events)
}

impl Planner {
    fn new(seed: u64, now: DateTime<Utc>) -> Result<Self, DemoError> {
        let mut runbooks = Vec::new();
        let mut events = Vec::new();
        let shipped = SHIPPED_RUNBOOKS.iter().map(|(file, yaml)| (*file, *yaml, None));
        let own = OWN.iter().map(|(file, yaml, days)| (*file, *yaml, Some(*days)));
        for (file, yaml, days) in shipped.chain(own) {
            let runbook = runbook_yaml::read(file, yaml)
                .map_err(|errors| DemoError::Runbook(format!("{file}: {errors:?}")))?;
            let mut from = DateTime::<Utc>::UNIX_EPOCH;
            if let Some(days) = days {
                from = working_day(now, days, 9 * 60);
                events.push(Event { at: from, act: Act::Publish { file, yaml } });
            }
            runbooks.push((from, runbook));
        }
        Ok(Self {
            rng: StdRng::seed_from_u64(seed),
            now,
            events,
            runbooks,
            next: 0,
            good: BTreeMap::new(),
            leaked: BTreeSet::new(),
            rehearsed: BTreeMap::new(),
        })
    }

    /// The runbook a deployment gets: services without pages choose theirs by name.
    fn runbook(&self, slot: &Slot) -> Result<Runbook, DemoError> {
        let published = self.runbooks.iter().filter(|(from, _)| *from < slot.announced_at);
        let published: Vec<_> = published.map(|(_, runbook)| runbook).collect();
        let found = match by_name(slot.service) {
            Some(slug) => published.iter().copied().find(|runbook| runbook.slug == slug),
            None => select(published, slot.kind, slot.environment).runbook,
        };
        found.cloned().ok_or_else(|| DemoError::Runbook(format!("for {slot:?}")))
    }

    /// Minutes, at random.
    pub(crate) fn minutes(&mut self, range: std::ops::Range<i64>) -> Duration {
        Duration::seconds(self.rng.random_range(range.start * 60..range.end * 60))
    }

    /// All deployments of the year and the two that are open, without their runs.
    fn slots(&mut self) -> Vec<Slot> {
        let mut slots = Vec::new();
        for releases in [SHOP, BILLING, NOTIFICATIONS] {
            let mut before = None;
            for release in releases {
                let minutes = self.rng.random_range(12 * 60..15 * 60);
                let at = match (release.kind, before) {
                    // The night after the release it repairs.
                    (Kind::Hotfix, Some(before)) => {
                        working_day(before, 0, 0) + Duration::hours(46) + self.minutes(0..75)
                    }
                    _ => working_day(self.now, release.days_ago, minutes),
                };
                before = Some(at);
                self.release(&mut slots, release, at);
            }
        }
        self.open_slots(&mut slots);
        slots
    }

    /// A release on its way: its candidates and itself on staging, then production, and the way
    /// back where it went wrong.
    fn release(&mut self, slots: &mut Vec<Slot>, release: &Release, at: DateTime<Utc>) {
        let place = Place { service: release.service, environment: "production" };
        let staging = Place { environment: "staging", ..place };
        if by_name(release.service).is_none() {
            let count = u32::try_from(release.candidates.len()).unwrap_or(0);
            for (number, (version, seen, reason)) in (0..).zip(release.candidates) {
                let minutes = self.rng.random_range(8 * 60 + 20..10 * 60);
                let day = working_days_before(at, 1 + count - number, minutes);
                let back = day + self.minutes(70..160);
                let mut slot = self.slot(staging, Some(version), Kind::Subsequent, day);
                slot.notes = release.notes;
                slot.ending = Ending::Back { at: back, failed: Some("end-to-end"), seen, reason };
                slots.push(slot);
            }
            let day = if release.kind == Kind::Hotfix {
                at - self.minutes(60..110)
            } else {
                let minutes = self.rng.random_range(8 * 60 + 20..10 * 60);
                working_days_before(at, 1, minutes)
            };
            let mut slot = self.slot(staging, Some(release.version), release.kind, day);
            slot.notes = release.notes;
            slots.push(slot);
        }
        let mut slot = self.slot(place, Some(release.version), release.kind, at);
        slot.notes = release.notes;
        slot.strategy = release.strategy;
        slot.waived = release.waived;
        if let End::Back { after_min, failed, seen, reason } = release.end {
            let back = at + Duration::minutes(after_min);
            slot.ending = Ending::Back { at: back, failed, seen, reason };
            let again = back + self.minutes(6..14);
            let mut restored = self.slot(place, None, Kind::Rollback, again);
            restored.notes = "The version before, put back by the rollback plan's command.";
            slots.push(restored);
        }
        slots.push(slot);
    }

    /// The two that are being watched now, and what came before them on staging.
    fn open_slots(&mut self, slots: &mut Vec<Slot>) {
        let production = Place { service: "shop", environment: "production" };
        let staging = Place { environment: "staging", ..production };
        let live = self.now - Duration::hours(31) - self.minutes(5..12);
        let mut slot =
            self.slot(staging, Some("1.4.0"), Kind::Subsequent, live - Duration::hours(30));
        slot.notes = LIVE;
        slots.push(slot);
        let mut slot = self.slot(production, Some("1.4.0"), Kind::Subsequent, live);
        (slot.notes, slot.ending, slot.by) = (LIVE, Ending::Open, Cast::Operator);
        slot.strategy = Strategy::Canary;
        slots.push(slot);
        let next = self.now - Duration::hours(5) - self.minutes(2..20);
        let mut slot = self.slot(staging, Some("1.5.0-rc.1"), Kind::Subsequent, next);
        slot.notes = "Subscriptions: the same basket every month. First candidate.";
        slot.ending = Ending::Open;
        slots.push(slot);
    }

    fn slot(
        &mut self,
        place: Place,
        version: Option<&'static str>,
        kind: Kind,
        deployed_at: DateTime<Utc>,
    ) -> Slot {
        Slot {
            service: place.service,
            environment: place.environment,
            version,
            kind,
            strategy: Strategy::Rolling,
            notes: "",
            deployed_at,
            announced_at: deployed_at + self.minutes(1..4),
            until: None,
            by: if self.rng.random_bool(0.2) { Cast::Sre } else { Cast::Operator },
            waived: None,
            ending: Ending::Good,
        }
    }

    /// The lessons of a deployment.
    pub(crate) fn lessons(&self, slot: &Slot, deployment: usize) -> Vec<Event> {
        let of_this = |lesson: &&crate::lessons::Lesson| {
            lesson.service == slot.service
                && Some(lesson.version) == slot.version
                && slot.environment == "production"
        };
        LESSONS
            .iter()
            .filter(of_this)
            .map(|lesson| Event {
                at: slot.announced_at + Duration::hours(lesson.after_h),
                act: Act::Lesson {
                    deployment,
                    by: lesson.by,
                    title: lesson.title,
                    body: lesson.body,
                },
            })
            .collect()
    }
}

const LIVE: &str =
    "Gift cards: bought, sent by mail, used at the checkout. Adds the table gift_cards.";

#[derive(Debug, Clone, Copy)]
struct Place {
    service: &'static str,
    environment: &'static str,
}

/// The runbook of a service without pages, which is chosen by name.
pub(crate) fn by_name(service: &str) -> Option<&'static str> {
    (service != "shop").then_some("backend-deploy")
}
