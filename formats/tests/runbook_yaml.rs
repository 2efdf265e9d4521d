//! Runbooks as YAML: what is refused and how it is said, and that writing loses nothing.

use domain::{
    deployment::DeploymentKind,
    item::ItemActor,
    runbook::{
        AppliesTo, Cadence, Condition, Duty, ItemTemplate, MachineRule, PROBES, Runbook,
        SignOffRequirement,
    },
};
use formats::{SHIPPED_RUNBOOKS, runbook_yaml};
use proptest::prelude::*;

fn problems(text: &str) -> String {
    match runbook_yaml::read("runbooks/x.yaml", text) {
        Ok(runbook) => panic!("accepted: {runbook:?}"),
        Err(errors) => errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn a_minimal_runbook_gets_the_defaults() {
    let runbook = runbook_yaml::read(
        "x.yaml",
        "slug: x\ntitle: X\nitems:\n  - key: a\n    title: A\n    actor: human\n",
    )
    .unwrap();
    assert_eq!(runbook.watch_s, 172_800);
    assert_eq!(runbook.sign_off, [SignOffRequirement { role: "approver".into(), count: 1 }]);
    assert!(runbook.items[0].required);
    assert_eq!(runbook.applies_to, AppliesTo::default());
}

#[test]
fn everything_wrong_is_said_at_once_with_its_place() {
    let text = r"
slug: Not A Slug
title: ''
colour: blue
applies_to:
  kinds: [first, weekly, first]
  environments: [Prod]
  duty: {cadence: daily}
watch: 100d
sign_off:
  - {role: approver, count: 0}
  - {role: sre, count: 2}
  - {role: sre}
items:
  - key: smoke
    title: Smoke
    actor: robot
    due: 15m
  - key: smoke
    title: Again
    actor: human
    probes: [tls, telnet]
    when: {}
  - title: 404
    actor: automated
    machine: magic
    required: maybe
    role: The Team
";
    insta::assert_snapshot!(problems(text), @r#"
    runbooks/x.yaml:2:7: slug: `Not A Slug` is not a name; use 1 to 64 of a-z, 0-9 and `-`
    runbooks/x.yaml:3:8: title: is empty; write a short title
    runbooks/x.yaml:4:1: colour: is not a field of a runbook here; remove it or use one of slug, title, description, applies_to, watch, sign_off, items
    runbooks/x.yaml:6:18: applies_to.kinds[1]: `weekly` is not a known kind of deployment; use one of first, subsequent, hotfix, vendor_sync, rollback
    runbooks/x.yaml:6:26: applies_to.kinds[2]: repeats `first`; name it once
    runbooks/x.yaml:7:18: applies_to.environments[0]: `Prod` is not a name; use 1 to 64 of a-z, 0-9 and `-`
    runbooks/x.yaml:8:19: applies_to.duty.cadence: `daily` is not a known cadence; use one of once, weekly, monthly, quarterly, yearly
    runbooks/x.yaml:9:8: watch: `100d` is out of range; write 1m to 90d
    runbooks/x.yaml:11:29: sign_off[0].count: is the number `0`; write how many people, 1 to 20
    runbooks/x.yaml:13:5: sign_off[2]: names `sre` again; raise its first count
    runbooks/x.yaml:17:12: items[0].actor: `robot` is not a known actor; use one of human, automated, mixed
    runbooks/x.yaml:18:10: items[0].due: `15m` is not an offset from the deploy; write one such as T+15m, T+48h or T+30d
    runbooks/x.yaml:19:10: items[1].key: `smoke` is already the key of items[0]; give each item its own
    runbooks/x.yaml:22:5: items[1].probes: a human item is closed by a person alone; make its actor mixed, or remove this
    runbooks/x.yaml:22:19: items[1].probes[1]: `telnet` is not a known probe; use one of response-targets, exposed-files, https-redirect, hsts, tls, debug-mode
    runbooks/x.yaml:23:11: items[1].when: says nothing; name kinds or environments, or remove it
    runbooks/x.yaml:24:5: items[2].key: is missing; add it
    runbooks/x.yaml:24:12: items[2].title: is the number `404`; write a text, in quotes if need be
    runbooks/x.yaml:26:14: items[2].machine: `magic` is not a known machine rule; use one of rollback_rehearsed, logs_triaged, baselines
    runbooks/x.yaml:27:15: items[2].required: is a text; write `true` or `false`
    runbooks/x.yaml:28:11: items[2].role: `The Team` is not a name; use 1 to 64 of a-z, 0-9 and `-`
    "#);
}

#[test]
fn what_is_not_a_runbook_is_refused_in_a_sentence() {
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
                c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
                e: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n";
    let deep = "[".repeat(5_000);
    let long = format!("slug: x\ndescription: {}\n", "x".repeat(300 * 1024));
    let said: Vec<String> = [
        "",
        "just a text",
        "- a\n- b",
        "slug: x\ntitle: X\nitems: []",
        "slug: x\ntitle: X\nitems: {}",
        "slug: x\ntitle: X",
        "slug: x\ntitle: X\nitems:\n  - {key: a, title: A, actor: human, required: false}",
        "slug: x\n title: X",
        "slug: x\nslug: y\ntitle: X",
        "slug: x\n---\nslug: y\n",
        bomb,
        &deep,
        "slug: [x\ntitle: X",
        "slug: *nowhere",
        "slug: x\ntitle: X\nitems:\n  - {key: a, title: A, actor: mixed, when: {kinds: []}}",
        &long,
    ]
    .iter()
    .map(|text| problems(text))
    .collect();
    insta::assert_snapshot!(said.join("\n\n"), @r#"
    runbooks/x.yaml: the file is empty; write at least slug, title and items

    runbooks/x.yaml:1:1: is a text; write a mapping of fields here

    runbooks/x.yaml:1:1: is a list; write a mapping of fields here

    runbooks/x.yaml:3:1: items: has 0 items; write 1 to 200

    runbooks/x.yaml:3:8: items: is a mapping; write a list (`- …`) here

    runbooks/x.yaml:1:1: items: is missing; add at least one item

    runbooks/x.yaml:3:1: items: has no required item, so a run would pass with nothing done; require at least one

    runbooks/x.yaml:2:7: not readable as YAML: mapping values are not allowed in this context; check quotes and indentation here

    runbooks/x.yaml:2:1: `slug` is written twice; keep one

    runbooks/x.yaml:2:1: begins a second document (`---`); one file holds one runbook

    runbooks/x.yaml:4:11: its aliases (`*name`) expand to too much; write the values out

    runbooks/x.yaml:1:256: not readable as YAML: recursion limit exceeded; check quotes and indentation here

    runbooks/x.yaml:2:6: not readable as YAML: illegal placement of ':' indicator; check quotes and indentation here

    runbooks/x.yaml:1:7: not readable as YAML: alias references unknown anchor; check quotes and indentation here

    runbooks/x.yaml:4:44: items[0].when: says nothing; name kinds or environments, or remove it

    runbooks/x.yaml: the file has 307222 bytes; a runbook may have 262144. Shorten its instructions or split it
    "#);
}

#[test]
fn the_json_form_is_the_snapshot() {
    let runbook = runbook_yaml::read(
        "x.yaml",
        "slug: x\ntitle: X\nwatch: 1h30m\nitems:\n  - {key: a, title: A, actor: mixed, \
         due: T+15m, machine: baselines, probes: [tls], when: {kinds: [vendor_sync]}}\n",
    )
    .unwrap();
    let json = serde_json::to_string_pretty(&runbook).unwrap();
    insta::assert_snapshot!(json, @r#"
    {
      "slug": "x",
      "title": "X",
      "description": "",
      "applies_to": {
        "kinds": [],
        "environments": []
      },
      "watch_s": 5400,
      "sign_off": [
        {
          "role": "approver",
          "count": 1
        }
      ],
      "items": [
        {
          "key": "a",
          "title": "A",
          "section": "",
          "instructions": "",
          "actor": "mixed",
          "required": true,
          "due_s": 900,
          "probes": [
            "tls"
          ],
          "machine": "baselines",
          "when": {
            "kinds": [
              "vendor_sync"
            ]
          }
        }
      ]
    }
    "#);
    assert_eq!(serde_json::from_str::<Runbook>(&json).unwrap(), runbook);
}

fn name() -> impl Strategy<Value = String> {
    "[a-z0-9-]{1,20}"
}

fn title() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("yes".to_owned()),
        Just("null".to_owned()),
        Just("1.10".to_owned()),
        Just("- a: b #c".to_owned()),
        "\\PC{1,40}",
    ]
    .prop_filter_map("a title", |text| {
        let text = text.trim().to_owned();
        (!text.is_empty() && !text.chars().any(char::is_control)).then_some(text)
    })
}

fn prose() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,60}", "(\\PC|\n|\t| ){0,80}", "( {0,3}[-#a-z:]{0,8}\n{0,3}){0,8}"]
}

fn kinds() -> impl Strategy<Value = Vec<DeploymentKind>> {
    proptest::sample::subsequence(DeploymentKind::ALL, 0..=5)
}

fn environments() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::btree_set(name(), 0..3).prop_map(|set| set.into_iter().collect())
}

fn item() -> impl Strategy<Value = ItemTemplate> {
    let machine = proptest::option::of(proptest::sample::select(MachineRule::ALL));
    let probes = proptest::sample::subsequence(PROBES.to_vec(), 0..=6);
    let when = proptest::option::of((kinds(), environments())).prop_map(|when| {
        let (kinds, environments) = when?;
        let condition = Condition { kinds, environments };
        (condition != Condition::default()).then_some(condition)
    });
    (
        (name(), title(), prop_oneof![Just(String::new()), title()], prose()),
        (proptest::sample::select(ItemActor::ALL), proptest::option::of(0..31_000_000_u64)),
        (proptest::option::of(name()), probes, machine, when),
    )
        .prop_map(|((key, title, section, instructions), (actor, due_s), rest)| {
            let (role, probes, machine, when) = rest;
            let by_machine = actor != ItemActor::Human;
            ItemTemplate {
                key,
                title,
                section,
                instructions,
                actor,
                required: true,
                due_s,
                role,
                probes: probes.into_iter().filter(|_| by_machine).map(str::to_owned).collect(),
                machine: machine.filter(|_| by_machine),
                when,
            }
        })
}

fn runbook() -> impl Strategy<Value = Runbook> {
    let duty = proptest::option::of(proptest::sample::select(Cadence::ALL));
    let sign_off = proptest::collection::btree_map(name(), 1..20_u32, 0..3);
    (
        (name(), title(), prose(), 60..7_776_000_u64, sign_off),
        (kinds(), environments(), duty),
        proptest::collection::vec(item(), 1..5),
    )
        .prop_map(|((slug, title, description, watch_s, sign_off), scope, mut items)| {
            for (index, item) in items.iter_mut().enumerate() {
                item.key = format!("{index}-{}", item.key);
            }
            let (kinds, environments, duty) = scope;
            Runbook {
                slug,
                title,
                description,
                applies_to: AppliesTo {
                    kinds,
                    environments,
                    duty: duty.map(|cadence| Duty { cadence }),
                },
                watch_s,
                sign_off: sign_off
                    .into_iter()
                    .map(|(role, count)| SignOffRequirement { role, count })
                    .collect(),
                items,
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn writing_and_reading_gives_the_same(runbook in runbook()) {
        let yaml = runbook_yaml::write(&runbook).unwrap();
        let read = runbook_yaml::read("x.yaml", &yaml);
        prop_assert_eq!(read.as_ref(), Ok(&runbook), "{}", yaml);
    }

    #[test]
    fn no_text_panics(text in "\\PC*") {
        let _ = runbook_yaml::read("x.yaml", &text);
    }

    /// Pieces of a runbook, cut and joined: nearer to the reader's own code than noise is.
    #[test]
    fn no_broken_runbook_panics(
        cut in 0..6_000_usize,
        length in 0..40_usize,
        with in "[-\\[\\]{}:&*!|>'\"#%@,\n a-z0-9é]{0,12}",
    ) {
        let (_, shipped) = SHIPPED_RUNBOOKS[1];
        let chars: Vec<char> = shipped.chars().collect();
        let cut = cut.min(chars.len());
        let end = (cut + length).min(chars.len());
        let text: String = chars[..cut]
            .iter()
            .copied()
            .chain(with.chars())
            .chain(chars[end..].iter().copied())
            .collect();
        match runbook_yaml::read("x.yaml", &text) {
            Ok(runbook) => prop_assert!(runbook.items.iter().any(|item| item.required)),
            Err(errors) => prop_assert!(!errors.is_empty()),
        }
    }
}
