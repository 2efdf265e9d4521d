//! Which runbook fits, and what changed between two versions.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use domain::{
    deployment::DeploymentKind::{self, First, Hotfix, Rollback, Subsequent},
    runbook::{AppliesTo, Runbook, diff, select},
};
use serde_json::json;

fn runbook(slug: &str, kinds: &[DeploymentKind], environments: &[&str]) -> Runbook {
    let mut runbook: Runbook = serde_json::from_value(json!({
        "slug": "x",
        "title": "X",
        "items": [
            {"key": "a", "title": "A", "actor": "human"},
            {"key": "b", "title": "B", "actor": "human"},
            {"key": "c", "title": "C", "actor": "mixed"},
        ],
    }))
    .unwrap();
    runbook.slug = slug.into();
    runbook.applies_to = AppliesTo {
        kinds: kinds.to_vec(),
        environments: environments.iter().map(ToString::to_string).collect(),
        duty: None,
    };
    runbook
}

#[test]
fn an_exact_environment_comes_before_every_environment() {
    let all = [
        runbook("wide", &[Subsequent], &[]),
        runbook("exact", &[Subsequent, Hotfix, First], &["staging", "production"]),
        runbook("elsewhere", &[Subsequent], &["staging"]),
    ];
    let selection = select(&all, Subsequent, "production");
    assert_eq!(selection.runbook.unwrap().slug, "exact");
    assert_eq!(selection.reason, "`exact` is for subsequent deployments on production.");
    assert_eq!(select(&all, Subsequent, "staging").runbook.unwrap().slug, "elsewhere");
    let selection = select(&all, Subsequent, "qa");
    assert_eq!(selection.reason, "`wide` is for subsequent deployments on every environment.");
}

#[test]
fn ties_do_not_depend_on_the_order() {
    let mut all = vec![
        runbook("b", &[Subsequent], &[]),
        runbook("a", &[Subsequent, Rollback], &[]),
        runbook("c", &[Subsequent], &[]),
    ];
    assert_eq!(select(&all, Subsequent, "qa").runbook.unwrap().slug, "b");
    all.reverse();
    assert_eq!(select(&all, Subsequent, "qa").runbook.unwrap().slug, "b");
    assert_eq!(select(&all, Rollback, "qa").runbook.unwrap().slug, "a");
}

#[test]
fn none_is_explained() {
    let all = [runbook("named-only", &[], &[]), runbook("s", &[Subsequent], &["staging"])];
    let selection = select(&all, First, "production");
    assert!(selection.runbook.is_none());
    insta::assert_snapshot!(selection.reason, @"No published runbook lists the kind first; publish one that does, or name the runbook when announcing.");
    let selection = select(&all, Subsequent, "production");
    assert!(selection.runbook.is_none());
    insta::assert_snapshot!(selection.reason, @"No published runbook for subsequent deployments covers production, only other environments: `s`. Add production to one, or name the runbook when announcing.");
}

#[test]
fn a_difference_names_fields_items_and_order() {
    let older = runbook("x", &[Subsequent], &[]);
    assert!(diff(&older, &older).is_empty());
    let mut newer = older.clone();
    newer.watch_s = 3_600;
    newer.items.remove(0);
    newer.items.swap(0, 1);
    newer.items[0].title = "Sea".into();
    newer.items[0].due_s = Some(900);
    let mut added = older.items[0].clone();
    added.key = "d".into();
    newer.items.push(added);
    insta::assert_json_snapshot!(diff(&older, &newer), @r#"
    {
      "fields": [
        {
          "field": "watch_s",
          "before": 172800,
          "after": 3600
        }
      ],
      "added": [
        {
          "key": "d",
          "title": "A",
          "section": "",
          "instructions": "",
          "actor": "human",
          "required": true
        }
      ],
      "removed": [
        {
          "key": "a",
          "title": "A",
          "section": "",
          "instructions": "",
          "actor": "human",
          "required": true
        }
      ],
      "changed": [
        {
          "key": "c",
          "fields": [
            {
              "field": "title",
              "before": "C",
              "after": "Sea"
            },
            {
              "field": "due_s",
              "before": null,
              "after": 900
            }
          ]
        }
      ],
      "reordered": true
    }
    "#);
}

#[test]
fn an_item_added_or_removed_is_no_new_order() {
    let older = runbook("x", &[], &[]);
    let mut newer = older.clone();
    let mut added = newer.items.remove(1);
    added.key = "new".into();
    newer.items.insert(0, added);
    let change = diff(&older, &newer);
    assert!(!change.reordered);
    assert_eq!((change.added.len(), change.removed.len(), change.changed.len()), (1, 1, 0));
}
