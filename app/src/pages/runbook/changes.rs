//! What changed between two versions.

use domain::runbook::{FieldChange, ItemTemplate, RunbookDiff, RunbookVersion, diff};
use leptos::prelude::*;
use serde_json::Value;

use super::boxes::due;
use crate::components::{empty::Empty, field::Select};

/// A line of the difference.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    /// `added`, `removed` or `skip`.
    change: &'static str,
    text: String,
}

fn line(change: &'static str, text: impl Into<String>) -> Line {
    Line { change, text: text.into() }
}

/// The card.
pub fn changes(
    versions: &[RunbookVersion],
    compared: Option<&(RunbookVersion, RunbookVersion)>,
    slug: &str,
) -> AnyView {
    let Some((from, to)) = compared else {
        return view! {
            <section class="card" aria-labelledby="diff-h" id="diff">
                <header class="card-head"><h2 id="diff-h">"Changes"</h2></header>
                <Empty text="This is the first version; there is nothing to compare it with."/>
            </section>
        }
        .into_any();
    };
    let found = diff(&from.content, &to.content);
    let title = format!("v{} against v{}", to.number, from.number);
    view! {
        <section class="card" aria-labelledby="diff-h" id="diff">
            <header class="card-head"><h2 id="diff-h">{title.clone()}</h2><p class="card-note">{note(&found)}</p></header>
            <div class="card-body stack">
                {chooser(versions, from.number, to.number, slug)}
                {text(&found, &title)}
            </div>
        </section>
    }
    .into_any()
}

fn note(found: &RunbookDiff) -> String {
    let counts = [
        (found.added.len(), "added"),
        (found.removed.len(), "removed"),
        (found.changed.len(), "changed"),
        (found.fields.len(), "of the runbook itself"),
    ];
    let said: Vec<_> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    said.join(" · ")
}

fn chooser(versions: &[RunbookVersion], from: i64, to: i64, slug: &str) -> AnyView {
    let options = || {
        versions
            .iter()
            .map(|version| (version.number.to_string(), format!("v{}", version.number)))
            .collect::<Vec<_>>()
    };
    view! {
        <form class="form inline" method="get" action=format!("/runbooks/{slug}#diff")>
            <Select id="diff-from" name="from" label="From" options=options() chosen=from.to_string()/>
            <Select id="diff-to" name="to" label="To" options=options() chosen=to.to_string()/>
            <button class="button">"Compare"</button>
        </form>
    }
    .into_any()
}

fn text(found: &RunbookDiff, title: &str) -> AnyView {
    if found.is_empty() {
        return view! { <p class="muted">"The two say the same."</p> }.into_any();
    }
    let rows = lines(found)
        .into_iter()
        .map(|Line { change, text }| {
            let word =
                (change != "skip").then(|| view! { <span class="sr-only">{change}": "</span> });
            view! { <li data-change=change>{word}{text}</li> }
        })
        .collect_view();
    view! {
        <div class="diff" tabindex="0" role="group" aria-label=format!("Changes of {title}")><ol>{rows}</ol></div>
    }
    .into_any()
}

fn lines(found: &RunbookDiff) -> Vec<Line> {
    let mut out = Vec::new();
    if !found.fields.is_empty() {
        out.push(line("skip", "the runbook itself"));
        found.fields.iter().for_each(|change| field(&mut out, change));
    }
    for changed in &found.changed {
        out.push(line("skip", format!("box {}", changed.key)));
        changed.fields.iter().for_each(|change| field(&mut out, change));
    }
    found.added.iter().for_each(|item| whole(&mut out, "added", item));
    found.removed.iter().for_each(|item| whole(&mut out, "removed", item));
    if found.reordered {
        out.push(line("skip", "the boxes stand in another order"));
    }
    out
}

fn field(out: &mut Vec<Line>, change: &FieldChange) {
    value(out, "removed", &change.field, &change.before);
    value(out, "added", &change.field, &change.after);
}

fn whole(out: &mut Vec<Line>, change: &'static str, item: &ItemTemplate) {
    out.push(line("skip", format!("box {}, {change}", item.key)));
    if let Ok(Value::Object(fields)) = serde_json::to_value(item) {
        for (name, found) in &fields {
            value(out, change, name, found);
        }
    }
}

/// A field as the file would say it; text of several lines keeps them.
fn value(out: &mut Vec<Line>, change: &'static str, name: &str, found: &Value) {
    let text = match found {
        Value::Null => return,
        Value::String(text) => text.clone(),
        Value::Number(number) if name == "due_s" => number.as_u64().map(due).unwrap_or_default(),
        other => other.to_string(),
    };
    let name = name.strip_suffix("_s").unwrap_or(name);
    let mut rest = text.trim_end().lines();
    let first = rest.next().unwrap_or_default();
    out.push(line(change, format!("{name}: {first}")));
    out.extend(rest.map(|more| line(change, format!("  {more}"))));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_changed_field_is_removed_and_added() {
        let change = FieldChange { field: "due_s".into(), before: json!(1800), after: json!(900) };
        let mut out = Vec::new();
        field(&mut out, &change);
        assert_eq!(out, [line("removed", "due: T+30 min"), line("added", "due: T+15 min")]);
    }

    #[test]
    fn what_was_not_said_has_no_line() {
        let change = FieldChange { field: "role".into(), before: Value::Null, after: json!("qa") };
        let mut out = Vec::new();
        field(&mut out, &change);
        assert_eq!(out, [line("added", "role: qa")]);
    }
}
