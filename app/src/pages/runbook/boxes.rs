//! The boxes of a runbook, in their order and under their headings.

use domain::{
    humanize,
    item::ItemActor,
    runbook::{Condition, ItemTemplate, MachineRule, Runbook},
};
use leptos::prelude::*;

use crate::{components::deployments_table::kind_word, markdown};

/// The card.
pub fn boxes(runbook: &Runbook) -> AnyView {
    let required = runbook.items.iter().filter(|item| item.required).count();
    let note = format!("{}, of which {required} required", runbook.items.len());
    let mut section = "";
    let mut rows = Vec::with_capacity(runbook.items.len());
    for item in &runbook.items {
        if item.section != section {
            section = &item.section;
            if !section.is_empty() {
                rows.push(view! { <li class="item section">{section.to_owned()}</li> }.into_any());
            }
        }
        rows.push(row(item));
    }
    view! {
        <section class="card" aria-labelledby="boxes-h" id="boxes">
            <header class="card-head"><h2 id="boxes-h">"Boxes"</h2><p class="card-note">{note}</p></header>
            <ol class="items">{rows}</ol>
        </section>
    }
    .into_any()
}

const fn actor(actor: ItemActor) -> &'static str {
    match actor {
        ItemActor::Human => "person",
        ItemActor::Automated => "machine",
        ItemActor::Mixed => "machine + person",
    }
}

const fn rule(rule: MachineRule) -> &'static str {
    match rule {
        MachineRule::RollbackRehearsed => "rollback rehearsed",
        MachineRule::LogsTriaged => "logs triaged",
        MachineRule::Baselines => "baselines captured",
    }
}

/// When it is due, such as `T+15 min`.
pub fn due(seconds: u64) -> String {
    match i64::try_from(seconds) {
        Ok(0) => "T+0".into(),
        Ok(seconds) => format!("T+{}", humanize::duration(seconds)),
        Err(_) => "never".into(),
    }
}

fn only_when(when: &Condition) -> String {
    let kinds: Vec<_> = when.kinds.iter().map(|kind| kind_word(*kind)).collect();
    match (kinds.is_empty(), when.environments.is_empty()) {
        (true, true) => "always".into(),
        (false, true) => format!("only for {}", kinds.join(", ")),
        (true, false) => format!("only on {}", when.environments.join(", ")),
        (false, false) => {
            format!("only for {} on {}", kinds.join(", "), when.environments.join(", "))
        }
    }
}

fn row(item: &ItemTemplate) -> AnyView {
    let side: Vec<_> = [item.due_s.map(due), item.role.clone()].into_iter().flatten().collect();
    let chips = item
        .probes
        .iter()
        .map(|probe| format!("probe {probe}"))
        .chain(item.machine.map(|found| format!("rule {}", rule(found))))
        .chain((!item.required).then(|| "not required".to_owned()))
        .chain(item.when.as_ref().map(only_when))
        .map(|text| view! { <li class="chip">{text}</li> })
        .collect_view();
    let html = markdown::render(&item.instructions);
    let text = (!html.trim().is_empty())
        .then(|| view! { <div class="prose item-text" inner_html=html></div> });
    view! {
        <li class="item" id=item.key.clone() data-row="" tabindex="-1">
            <span class="box" aria-hidden="true"></span>
            <div class="item-main">
                <h3 class="item-title">{item.title.clone()}" "<span class="item-actor">{actor(item.actor)}</span></h3>
                {text}
                <div class="item-foot"><ul class="chips">{chips}</ul></div>
            </div>
            <div class="item-side"><p class="item-due">{side.join(" · ")}</p></div>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::due;

    #[test]
    fn due_times_read_like_the_file() {
        assert_eq!(due(0), "T+0");
        assert_eq!(due(900), "T+15 min");
        assert_eq!(due(172_800), "T+48 h");
    }
}
