//! The seven runbooks that ship say what the product promises.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::HashSet;
use std::path::Path;

use domain::{
    deployment::DeploymentKind,
    item::ItemActor,
    runbook::{MachineRule, PROBES, Runbook, diff, select},
};
use formats::{SHIPPED_RUNBOOKS, runbook_yaml};
use rstest::rstest;

fn shipped(slug: &str) -> Runbook {
    let file = format!("runbooks/{slug}.yaml");
    let (name, text) = SHIPPED_RUNBOOKS.iter().find(|(name, _)| *name == file).unwrap();
    runbook_yaml::read(name, text).unwrap_or_else(|errors| {
        panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

fn all() -> Vec<Runbook> {
    SHIPPED_RUNBOOKS
        .iter()
        .map(|(file, _)| shipped(Path::new(file).file_stem().unwrap().to_str().unwrap()))
        .collect()
}

#[test]
fn every_file_is_built_in_and_every_item_explains_itself() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runbooks");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|e| e == "yaml"))
        .count();
    assert_eq!(files, SHIPPED_RUNBOOKS.len());
    for ((file, text), runbook) in SHIPPED_RUNBOOKS.iter().zip(all()) {
        assert_eq!(*file, format!("runbooks/{}.yaml", runbook.slug));
        assert!(text.starts_with("# "), "{file} begins with a comment");
        let keys: HashSet<_> = runbook.items.iter().map(|item| &item.key).collect();
        assert_eq!(keys.len(), runbook.items.len(), "{file}");
        assert!(!runbook.sign_off.is_empty(), "{file}");
        for item in &runbook.items {
            let at = format!("{file}, {}", item.key);
            assert!(!item.summary().is_empty(), "{at}");
            assert!(item.due_s.is_some_and(|due_s| due_s <= runbook.watch_s), "{at}");
            assert_eq!(item.actor == ItemActor::Automated, item.role.is_none(), "{at}");
        }
        assert_eq!(runbook_yaml::read(file, &runbook_yaml::write(&runbook).unwrap()), Ok(runbook));
    }
}

#[rstest]
#[case("first-deploy")]
#[case("subsequent-deploy")]
#[case("hotfix")]
#[case("vendor-sync")]
fn the_six_boxes_are_what_the_product_says(#[case] slug: &str) {
    let runbook = shipped(slug);
    let six = [
        ("smoke-tests", "Smoke tests pass", ItemActor::Human, None),
        ("integrations", "Integrations verified", ItemActor::Mixed, None),
        ("perf-security", "Performance and security spot-checked", ItemActor::Automated, None),
        ("logs-triaged", "Logs triaged", ItemActor::Automated, Some(MachineRule::LogsTriaged)),
        ("baselines", "Baselines recorded", ItemActor::Mixed, Some(MachineRule::Baselines)),
        (
            "rollback-rehearsed",
            "Rollback rehearsed",
            ItemActor::Automated,
            Some(MachineRule::RollbackRehearsed),
        ),
    ];
    for (key, title, actor, machine) in six {
        let item = runbook.items.iter().find(|item| item.key == key).unwrap();
        assert_eq!((item.title.as_str(), item.actor, item.machine), (title, actor, machine));
        assert!(item.required);
        let probes: &[&str] = if key == "perf-security" { &PROBES } else { &[] };
        assert_eq!(item.probes, probes, "{slug}, {key}");
    }
    assert_eq!(runbook.watch_s, 48 * 3_600);
}

#[test]
fn the_subsequent_deploy_is_abbreviated() {
    let (first, later) = (shipped("first-deploy"), shipped("subsequent-deploy"));
    let keys: Vec<_> = later.items.iter().map(|item| item.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "smoke-tests",
            "integrations",
            "perf-security",
            "logs-triaged",
            "baselines",
            "rollback-rehearsed",
            "migrations",
            "migrations-forward-compatible",
            "migrations-cleanup"
        ]
    );
    assert_eq!(
        later.items[0].summary(),
        "Registration, login, password reset, logout and core features work end to end in the \
         browser."
    );
    let removed: Vec<_> = diff(&first, &later).removed.into_iter().map(|item| item.key).collect();
    assert_eq!(
        removed,
        [
            "database-empty",
            "environment-file",
            "server-directories",
            "installer-run",
            "permissions-hardened"
        ]
    );
}

#[test]
fn a_rollback_needs_no_migrations() {
    let runbook = shipped("subsequent-deploy");
    let left_out: Vec<_> = runbook
        .items
        .iter()
        .filter(|item| item.not_required_because(DeploymentKind::Rollback, "production").is_some())
        .map(|item| item.key.as_str())
        .collect();
    assert_eq!(left_out, ["migrations", "migrations-forward-compatible", "migrations-cleanup"]);
    assert!(runbook.items.iter().all(|item| {
        item.not_required_because(DeploymentKind::Subsequent, "production").is_none()
    }));
}

#[rstest]
#[case(DeploymentKind::First, "first-deploy")]
#[case(DeploymentKind::Subsequent, "subsequent-deploy")]
#[case(DeploymentKind::Hotfix, "hotfix")]
#[case(DeploymentKind::VendorSync, "vendor-sync")]
#[case(DeploymentKind::Rollback, "subsequent-deploy")]
fn every_kind_has_its_runbook(#[case] kind: DeploymentKind, #[case] slug: &str) {
    let all = all();
    assert_eq!(select(&all, kind, "production").runbook.unwrap().slug, slug);
}

#[test]
fn backend_signals_come_in_the_agreed_order() {
    let runbook = shipped("backend-deploy");
    assert!(runbook.applies_to.kinds.is_empty());
    let signals: Vec<_> = runbook
        .items
        .iter()
        .filter(|item| item.section == "Signals")
        .map(|item| item.key.as_str())
        .collect();
    assert_eq!(
        signals,
        ["error-rate", "latency", "saturation", "dependencies", "business-signals"]
    );
}

#[test]
fn the_first_month_has_four_weeks_of_four() {
    let runbook = shipped("first-30-days");
    for (days, week) in [(7, "Week 1"), (14, "Week 2"), (21, "Week 3"), (30, "Week 4")] {
        let items = runbook.items.iter().filter(|item| item.section.starts_with(week));
        let due: Vec<_> = items.map(|item| item.due_s).collect();
        assert_eq!(due, [Some(days * 86_400); 4], "{week}");
    }
}
